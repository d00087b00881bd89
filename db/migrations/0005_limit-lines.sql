ALTER TABLE "limit_holders" ALTER COLUMN "taken_at" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "limit_holders" ALTER COLUMN "taken_at" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "limit_holders" ADD COLUMN "priority" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "limit_holders" ADD COLUMN "asked_at" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "limit_holders" ADD COLUMN "concurrency" integer;--> statement-breakpoint
ALTER TABLE "limit_holders" ADD COLUMN "rate_count" integer;--> statement-breakpoint
ALTER TABLE "limit_holders" ADD COLUMN "rate_ms" integer;--> statement-breakpoint
CREATE INDEX "limit_holders_waiting" ON "limit_holders" USING btree ("key","priority" DESC NULLS LAST,"asked_at","holder") WHERE taken_at is null;