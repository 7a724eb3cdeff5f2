CREATE TABLE "master_keys" (
	"version" integer PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"fingerprint" "bytea" NOT NULL,
	"wrapped" "bytea",
	"kms_key_id" text,
	"created_at" timestamp (6) with time zone DEFAULT now() NOT NULL,
	"sealing_since" timestamp (6) with time zone,
	"retired_at" timestamp (6) with time zone
);
--> statement-breakpoint
CREATE TABLE "nodes" (
	"id" uuid PRIMARY KEY NOT NULL,
	"host" text NOT NULL,
	"pid" integer NOT NULL,
	"versions" integer[] NOT NULL,
	"sealing" integer,
	"seen_at" timestamp (6) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "rewraps" (
	"account_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"recorded_at" timestamp (6) with time zone NOT NULL,
	CONSTRAINT "rewraps_account_id_version_pk" PRIMARY KEY("account_id","version")
);
