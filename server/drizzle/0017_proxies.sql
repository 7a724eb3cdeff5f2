CREATE TABLE "proxies" (
	"account_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"upstream_url" text NOT NULL,
	"credential_id" uuid,
	"headers" jsonb NOT NULL,
	"query" jsonb NOT NULL,
	"basic_auth" jsonb,
	"tool_access" jsonb NOT NULL,
	"routes" jsonb NOT NULL,
	"key_in_url" boolean NOT NULL,
	"enabled" boolean NOT NULL,
	"version" integer NOT NULL,
	"created_at" timestamp (6) with time zone NOT NULL,
	"updated_at" timestamp (6) with time zone NOT NULL,
	"last_used_at" timestamp (6) with time zone,
	CONSTRAINT "proxies_account_id_id_pk" PRIMARY KEY("account_id","id")
);
--> statement-breakpoint
CREATE TABLE "proxy_keys" (
	"account_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"proxy_id" uuid NOT NULL,
	"hash" "bytea" NOT NULL,
	"hint" text NOT NULL,
	"client_name" text,
	"created_at" timestamp (6) with time zone NOT NULL,
	"revoked_at" timestamp (6) with time zone,
	"last_used_at" timestamp (6) with time zone,
	CONSTRAINT "proxy_keys_account_id_id_pk" PRIMARY KEY("account_id","id")
);
--> statement-breakpoint
ALTER TABLE "proxy_keys" ADD CONSTRAINT "proxy_keys_account_id_proxy_id_proxies_account_id_id_fk" FOREIGN KEY ("account_id","proxy_id") REFERENCES "public"."proxies"("account_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "proxies_name" ON "proxies" USING btree ("account_id","kind","name");--> statement-breakpoint
CREATE UNIQUE INDEX "proxy_keys_hash" ON "proxy_keys" USING btree ("account_id","hash");--> statement-breakpoint
CREATE UNIQUE INDEX "proxy_keys_standing" ON "proxy_keys" USING btree ("account_id","proxy_id") WHERE "proxy_keys"."revoked_at" is null;