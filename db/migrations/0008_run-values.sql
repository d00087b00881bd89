CREATE TABLE "deleted_runs" (
	"run_id" text PRIMARY KEY NOT NULL
);
--> statement-breakpoint
CREATE TABLE "run_values" (
	"run_id" text NOT NULL,
	"hash" text NOT NULL,
	"released_at" timestamp with time zone,
	CONSTRAINT "run_values_run_id_hash_pk" PRIMARY KEY("run_id","hash")
);
--> statement-breakpoint
CREATE INDEX "run_values_by_hash" ON "run_values" USING btree ("hash");--> statement-breakpoint
CREATE INDEX "run_values_released" ON "run_values" USING btree ("released_at") WHERE released_at is not null;--> statement-breakpoint
CREATE INDEX "runs_by_source" ON "runs" USING btree ("source_run_id") WHERE source_run_id is not null;--> statement-breakpoint
INSERT INTO "run_values" ("run_id", "hash")
SELECT DISTINCT e.run_id, found.hash[1]
FROM "run_events" e, regexp_matches(e.data::text, '"blob":"([0-9a-f]{64})"', 'g') AS found(hash);
