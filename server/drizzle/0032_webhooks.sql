CREATE TABLE "webhooks" (
	"account_id" uuid PRIMARY KEY NOT NULL,
	"id" uuid NOT NULL,
	"sealed" jsonb NOT NULL,
	"url" text,
	"bound_at" timestamp (6) with time zone,
	"offer_url" text,
	"receipts_url" text,
	"code_expires_at" timestamp (6) with time zone,
	"mode" text NOT NULL,
	"move_id" uuid,
	"move_error" text,
	"checked_at" timestamp (6) with time zone,
	"failing_since" timestamp (6) with time zone,
	"last_fault" text
);
