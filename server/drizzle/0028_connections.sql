CREATE TABLE "agent_connections" (
	"account_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"client_hash" "bytea" NOT NULL,
	"client_name" text NOT NULL,
	"redirect_uri" text NOT NULL,
	"code_hash" "bytea" NOT NULL,
	"code_challenge" text NOT NULL,
	"code_expires_at" timestamp (6) with time zone NOT NULL,
	"code_used_at" timestamp (6) with time zone,
	"family_hash" "bytea",
	"refresh_hash" "bytea",
	"refreshed_at" timestamp (6) with time zone,
	"ends_at" timestamp (6) with time zone NOT NULL,
	CONSTRAINT "agent_connections_account_id_id_pk" PRIMARY KEY("account_id","id")
);
--> statement-breakpoint
DROP INDEX "agent_keys_standing";--> statement-breakpoint
ALTER TABLE "agent_keys" ADD COLUMN "kind" text DEFAULT 'key' NOT NULL;--> statement-breakpoint
ALTER TABLE "agent_keys" ADD COLUMN "expires_at" timestamp (6) with time zone;--> statement-breakpoint
ALTER TABLE "agent_connections" ADD CONSTRAINT "agent_connections_account_id_id_agent_keys_account_id_id_fk" FOREIGN KEY ("account_id","id") REFERENCES "public"."agent_keys"("account_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "agent_connections_code" ON "agent_connections" USING btree ("account_id","code_hash");--> statement-breakpoint
CREATE UNIQUE INDEX "agent_connections_family" ON "agent_connections" USING btree ("account_id","family_hash");--> statement-breakpoint
CREATE UNIQUE INDEX "agent_keys_standing" ON "agent_keys" USING btree ("account_id","agent_id") WHERE "agent_keys"."revoked_at" is null and "agent_keys"."kind" = 'key';