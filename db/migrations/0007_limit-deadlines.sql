DROP INDEX "runs_due";--> statement-breakpoint
CREATE INDEX "runs_due" ON "runs" USING btree ("wake_at") WHERE wake_at is not null;