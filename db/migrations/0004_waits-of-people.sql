CREATE TABLE "sent_events" (
	"workspace_id" text NOT NULL,
	"id" text NOT NULL,
	"name" text NOT NULL,
	"key" text,
	"payload" json,
	"by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "sent_events_workspace_id_id_pk" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "taken_events" (
	"workspace_id" text NOT NULL,
	"event_id" text NOT NULL,
	"run_id" text NOT NULL,
	CONSTRAINT "taken_events_workspace_id_event_id_run_id_pk" PRIMARY KEY("workspace_id","event_id","run_id")
);
--> statement-breakpoint
DROP INDEX "run_waits_by_workspace";--> statement-breakpoint
DROP INDEX "run_waits_by_event";--> statement-breakpoint
ALTER TABLE "run_waits" ADD COLUMN "id" text NOT NULL;--> statement-breakpoint
ALTER TABLE "run_waits" ADD COLUMN "answer" json;--> statement-breakpoint
ALTER TABLE "run_waits" ADD COLUMN "ended_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "sent_events" ADD CONSTRAINT "sent_events_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "taken_events" ADD CONSTRAINT "taken_events_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "sent_events_by_name" ON "sent_events" USING btree ("workspace_id","name","key","created_at");--> statement-breakpoint
CREATE INDEX "sent_events_by_time" ON "sent_events" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "run_waits_open" ON "run_waits" USING btree ("workspace_id","created_at","id") WHERE ended_at is null and kind <> 'event';--> statement-breakpoint
CREATE INDEX "run_waits_by_event" ON "run_waits" USING btree ("workspace_id","event","key") WHERE ended_at is null and kind = 'event';--> statement-breakpoint
ALTER TABLE "run_waits" ADD CONSTRAINT "run_waits_id_unique" UNIQUE("id");