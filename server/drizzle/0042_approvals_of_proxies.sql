ALTER TABLE "approvals" ALTER COLUMN "agent_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "approvals" ALTER COLUMN "agent_name" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "approvals" ALTER COLUMN "grant_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "approvals" ALTER COLUMN "credential_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "approvals" ALTER COLUMN "credential_label" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "approvals" ALTER COLUMN "service" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "approvals" ADD COLUMN "proxy_id" uuid;--> statement-breakpoint
ALTER TABLE "approvals" ADD COLUMN "proxy_name" text;--> statement-breakpoint
ALTER TABLE "approvals" ADD COLUMN "key_hint" text;--> statement-breakpoint
ALTER TABLE "approvals" ADD COLUMN "tool" text;--> statement-breakpoint
ALTER TABLE "approvals" ADD COLUMN "upstream_host" text;--> statement-breakpoint
ALTER TABLE "approvals" ADD COLUMN "given_up" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
CREATE INDEX "approvals_proxy" ON "approvals" USING btree ("account_id","proxy_id","requested_at") WHERE proxy_id is not null;--> statement-breakpoint
ALTER TABLE "approvals" ADD CONSTRAINT "approvals_asker" CHECK ((agent_id is not null and agent_name is not null and grant_id is not null and credential_id is not null
          and proxy_id is null)
        or (proxy_id is not null and proxy_name is not null and key_hint is not null and tool is not null
          and upstream_host is not null and agent_id is null));