DROP INDEX "runs_by_workspace";--> statement-breakpoint
DROP INDEX "runs_by_pipeline";--> statement-breakpoint
DROP INDEX "runs_by_status";--> statement-breakpoint
CREATE INDEX "runs_listed" ON "runs" USING btree ("workspace_id","created_at","id") WHERE parent_run_id is null;--> statement-breakpoint
CREATE INDEX "runs_listed_by_pipeline" ON "runs" USING btree ("workspace_id","pipeline_id","created_at","id") WHERE parent_run_id is null;--> statement-breakpoint
CREATE INDEX "runs_listed_by_status" ON "runs" USING btree ("workspace_id","status","created_at","id") WHERE parent_run_id is null;--> statement-breakpoint
CREATE INDEX "runs_listed_by_trigger" ON "runs" USING btree ("workspace_id","trigger","created_at","id") WHERE parent_run_id is null;--> statement-breakpoint
CREATE INDEX "runs_listed_by_name" ON "runs" USING btree ("workspace_id","pipeline_name","created_at","id") WHERE parent_run_id is null;--> statement-breakpoint
CREATE INDEX "runs_listed_kept" ON "runs" USING btree ("workspace_id","created_at","id") WHERE parent_run_id is null and keep;--> statement-breakpoint
CREATE INDEX "runs_by_error_words" ON "runs" USING gin (to_tsvector('simple', translate(error ->> 'message', '.,:;/\-_@#''"()[]{}<>=+*&%$!?|~^`', '                                '))) WHERE parent_run_id is null and status = 'failed';
