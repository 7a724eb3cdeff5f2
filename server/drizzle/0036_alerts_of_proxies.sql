ALTER TABLE "alert_mutes" ADD COLUMN "proxy_id" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "alert_mutes" DROP CONSTRAINT "alert_mutes_account_id_kind_agent_id_pk";--> statement-breakpoint
ALTER TABLE "alert_mutes" ADD CONSTRAINT "alert_mutes_account_id_kind_agent_id_proxy_id_pk" PRIMARY KEY("account_id","kind","agent_id","proxy_id");--> statement-breakpoint
ALTER TABLE "alerts" ADD COLUMN "proxy_id" uuid;
