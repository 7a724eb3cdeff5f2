CREATE TABLE "event_facets" (
	"account_id" uuid NOT NULL,
	"facet" bigint NOT NULL,
	"agent_id" uuid,
	"credential_id" uuid,
	"proxy_id" uuid,
	"policy_ids" uuid[],
	"type" text NOT NULL,
	"source" text NOT NULL,
	"outcome" text NOT NULL,
	"client" text,
	"service" text,
	"client_ip" "inet",
	"rule" text,
	"agent_name" text,
	"credential_label" text,
	"proxy_name" text,
	"words" text NOT NULL,
	"count" bigint NOT NULL,
	"reasons" bigint NOT NULL,
	"first_at" timestamp (6) with time zone NOT NULL,
	"last_at" timestamp (6) with time zone NOT NULL,
	CONSTRAINT "event_facets_account_id_facet_pk" PRIMARY KEY("account_id","facet")
);
--> statement-breakpoint
CREATE TABLE "event_reasons" (
	"account_id" uuid NOT NULL,
	"recorded_at" timestamp (6) with time zone NOT NULL,
	"facet" bigint NOT NULL,
	"reason" text NOT NULL,
	CONSTRAINT "event_reasons_account_id_recorded_at_pk" PRIMARY KEY("account_id","recorded_at")
);
--> statement-breakpoint
CREATE TABLE "event_retention" (
	"one" boolean PRIMARY KEY NOT NULL,
	"days" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "event_rollups" (
	"account_id" uuid PRIMARY KEY NOT NULL,
	"rolled_until" timestamp (6) with time zone NOT NULL,
	"count" bigint NOT NULL,
	"pruned_until" timestamp (6) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "event_slots" (
	"account_id" uuid NOT NULL,
	"facet" bigint NOT NULL,
	"slot" timestamp (6) with time zone NOT NULL,
	"count" integer NOT NULL,
	CONSTRAINT "event_slots_account_id_facet_slot_pk" PRIMARY KEY("account_id","facet","slot")
);
--> statement-breakpoint
DROP INDEX "events_service";--> statement-breakpoint
DROP INDEX "events_agent";--> statement-breakpoint
DROP INDEX "events_type";--> statement-breakpoint
DROP INDEX "events_source";--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "correlation_id" uuid;--> statement-breakpoint
-- Filled and made NOT NULL in the next file.
ALTER TABLE "events" ADD COLUMN "facet" bigint;--> statement-breakpoint
CREATE INDEX "event_facets_client_ip" ON "event_facets" USING btree ("account_id","client_ip");--> statement-breakpoint
CREATE INDEX "event_slots_slot" ON "event_slots" USING btree ("account_id","slot");--> statement-breakpoint
CREATE INDEX "events_facet" ON "events" USING btree ("account_id","facet","recorded_at");--> statement-breakpoint
CREATE INDEX "events_correlation" ON "events" USING btree ("account_id","correlation_id") WHERE correlation_id is not null;--> statement-breakpoint
CREATE INDEX "event_reasons_facet" ON "event_reasons" USING btree ("account_id","facet","recorded_at");
