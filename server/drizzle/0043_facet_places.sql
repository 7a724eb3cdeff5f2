CREATE TABLE "event_members" (
	"account_id" uuid NOT NULL,
	"member" text NOT NULL,
	"value" text NOT NULL,
	"places" bit varying NOT NULL,
	CONSTRAINT "event_members_account_id_member_value_pk" PRIMARY KEY("account_id","member","value")
);
--> statement-breakpoint
CREATE TABLE "event_spans" (
	"account_id" uuid NOT NULL,
	"span" timestamp (6) with time zone NOT NULL,
	"count" integer NOT NULL,
	"places" bit varying NOT NULL,
	"reasons" integer NOT NULL,
	"reasoned" bit varying NOT NULL,
	CONSTRAINT "event_spans_account_id_span_pk" PRIMARY KEY("account_id","span")
);
--> statement-breakpoint
DROP INDEX "event_facets_client_ip";--> statement-breakpoint
-- Filled, made NOT NULL and unique in the next file.
ALTER TABLE "event_facets" ADD COLUMN "place" integer;--> statement-breakpoint
ALTER TABLE "event_rollups" ADD COLUMN "places" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "event_rollups" ADD COLUMN "spare_places" integer[] DEFAULT '{}' NOT NULL;
