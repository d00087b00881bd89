CREATE TABLE "pipeline_pins" (
	"workspace_id" text NOT NULL,
	"pipeline_id" text NOT NULL,
	"path" text NOT NULL,
	"output" json NOT NULL,
	"ports" json,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "pipeline_pins_pipeline_id_path_pk" PRIMARY KEY("pipeline_id","path")
);
--> statement-breakpoint
CREATE TABLE "run_signals" (
	"id" text PRIMARY KEY NOT NULL,
	"run_id" text NOT NULL,
	"path" text,
	"kind" text NOT NULL,
	"payload" json,
	"by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "run_waits" (
	"workspace_id" text NOT NULL,
	"run_id" text NOT NULL,
	"path" text NOT NULL,
	"attempt" integer NOT NULL,
	"kind" text NOT NULL,
	"event" text,
	"key" text,
	"title" text,
	"details" json,
	"token" text,
	"until" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "run_waits_run_id_path_pk" PRIMARY KEY("run_id","path"),
	CONSTRAINT "run_waits_token_unique" UNIQUE("token")
);
--> statement-breakpoint
CREATE TABLE "limit_holders" (
	"key" text NOT NULL,
	"holder" text NOT NULL,
	"worker" text NOT NULL,
	"taken_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "limit_holders_key_holder_pk" PRIMARY KEY("key","holder")
);
--> statement-breakpoint
CREATE TABLE "limit_starts" (
	"key" text NOT NULL,
	"id" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "limit_starts_key_id_pk" PRIMARY KEY("key","id")
);
--> statement-breakpoint
CREATE TABLE "workers" (
	"id" text PRIMARY KEY NOT NULL,
	"role" text NOT NULL,
	"host" text NOT NULL,
	"pid" integer NOT NULL,
	"version" text NOT NULL,
	"labels" text[] NOT NULL,
	"max_runs" integer NOT NULL,
	"runs" integer DEFAULT 0 NOT NULL,
	"steps" integer DEFAULT 0 NOT NULL,
	"cpu" double precision DEFAULT 0 NOT NULL,
	"memory_bytes" double precision DEFAULT 0 NOT NULL,
	"stopping" integer DEFAULT 0 NOT NULL,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"seen_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "options" json;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "calls" json;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "source_run_id" text;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "parent_run_id" text;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "part" json;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "wake_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "idempotency_key" text;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "concurrency_key" text;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "priority" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "labels" text[] DEFAULT '{}'::text[] NOT NULL;--> statement-breakpoint
ALTER TABLE "pipeline_pins" ADD CONSTRAINT "pipeline_pins_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "pipeline_pins" ADD CONSTRAINT "pipeline_pins_pipeline_id_pipelines_id_fk" FOREIGN KEY ("pipeline_id") REFERENCES "public"."pipelines"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "run_waits" ADD CONSTRAINT "run_waits_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "run_signals_by_run" ON "run_signals" USING btree ("run_id","id");--> statement-breakpoint
CREATE INDEX "run_waits_by_workspace" ON "run_waits" USING btree ("workspace_id","kind","created_at");--> statement-breakpoint
CREATE INDEX "run_waits_by_event" ON "run_waits" USING btree ("workspace_id","event","key");--> statement-breakpoint
CREATE INDEX "limit_starts_by_time" ON "limit_starts" USING btree ("key","at");--> statement-breakpoint
CREATE UNIQUE INDEX "runs_by_idempotency_key" ON "runs" USING btree ("workspace_id","idempotency_key") WHERE idempotency_key is not null;--> statement-breakpoint
CREATE INDEX "runs_due" ON "runs" USING btree ("wake_at") WHERE status = 'waiting' and wake_at is not null;--> statement-breakpoint
CREATE INDEX "runs_by_parent" ON "runs" USING btree ("parent_run_id") WHERE parent_run_id is not null;--> statement-breakpoint
CREATE INDEX "runs_active_by_concurrency_key" ON "runs" USING btree ("pipeline_id","concurrency_key") WHERE concurrency_key is not null and status in ('queued', 'running', 'waiting', 'paused');