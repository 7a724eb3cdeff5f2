ALTER TABLE "alert_cursors" ADD COLUMN "state" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
CREATE INDEX "alerts_unseen" ON "alerts" USING btree ("account_id") WHERE seen_at is null;--> statement-breakpoint
CREATE INDEX "grants_ending" ON "grants" USING btree ("expires_at") WHERE revoked_at is null;