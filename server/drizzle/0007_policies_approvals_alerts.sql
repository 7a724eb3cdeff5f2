CREATE TABLE "alert_cursors" (
	"account_id" uuid PRIMARY KEY NOT NULL,
	"next_seq" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "alert_marks" (
	"account_id" uuid NOT NULL,
	"mark" text NOT NULL,
	"marked_at" timestamp (6) with time zone NOT NULL,
	CONSTRAINT "alert_marks_account_id_mark_pk" PRIMARY KEY("account_id","mark")
);
--> statement-breakpoint
CREATE TABLE "alert_mutes" (
	"account_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"agent_id" text NOT NULL,
	"created_at" timestamp (6) with time zone NOT NULL,
	CONSTRAINT "alert_mutes_account_id_kind_agent_id_pk" PRIMARY KEY("account_id","kind","agent_id")
);
--> statement-breakpoint
CREATE TABLE "alerts" (
	"account_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"kind" text NOT NULL,
	"cause" text NOT NULL,
	"subject" text NOT NULL,
	"sentence" text NOT NULL,
	"agent_id" uuid,
	"credential_id" uuid,
	"filter" jsonb NOT NULL,
	"event_id" uuid,
	"created_at" timestamp (6) with time zone NOT NULL,
	"seen_at" timestamp (6) with time zone,
	CONSTRAINT "alerts_account_id_id_pk" PRIMARY KEY("account_id","id")
);
--> statement-breakpoint
CREATE TABLE "approvals" (
	"account_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"status" text NOT NULL,
	"agent_id" uuid NOT NULL,
	"agent_name" text NOT NULL,
	"key_id" uuid NOT NULL,
	"grant_id" uuid NOT NULL,
	"credential_id" uuid NOT NULL,
	"credential_label" text NOT NULL,
	"service" text NOT NULL,
	"fields" jsonb NOT NULL,
	"reason" text,
	"client" text NOT NULL,
	"client_name" text,
	"client_ip" text,
	"user_agent" text,
	"policies" jsonb NOT NULL,
	"correlation_id" uuid NOT NULL,
	"requested_at" timestamp (6) with time zone NOT NULL,
	"expires_at" timestamp (6) with time zone NOT NULL,
	"remember_minutes" integer NOT NULL,
	"answer" text,
	"answered_at" timestamp (6) with time zone,
	"answered_from" text,
	"note" text,
	"holds_until" timestamp (6) with time zone,
	"used_at" timestamp (6) with time zone,
	CONSTRAINT "approvals_account_id_id_pk" PRIMARY KEY("account_id","id")
);
--> statement-breakpoint
CREATE TABLE "denial_folds" (
	"account_id" uuid NOT NULL,
	"fold" text NOT NULL,
	"draft" jsonb NOT NULL,
	"count" integer NOT NULL,
	"first_at" timestamp (6) with time zone NOT NULL,
	"last_at" timestamp (6) with time zone NOT NULL,
	CONSTRAINT "denial_folds_account_id_fold_pk" PRIMARY KEY("account_id","fold")
);
--> statement-breakpoint
CREATE TABLE "policies" (
	"account_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"description" text NOT NULL,
	"mode" text NOT NULL,
	"rules" jsonb NOT NULL,
	"version" integer NOT NULL,
	"created_at" timestamp (6) with time zone NOT NULL,
	"updated_at" timestamp (6) with time zone NOT NULL,
	CONSTRAINT "policies_account_id_id_pk" PRIMARY KEY("account_id","id")
);
--> statement-breakpoint
CREATE TABLE "policy_attachments" (
	"account_id" uuid NOT NULL,
	"target_kind" text NOT NULL,
	"target_id" uuid NOT NULL,
	"policy_id" uuid NOT NULL,
	"created_at" timestamp (6) with time zone NOT NULL,
	CONSTRAINT "policy_attachments_pk" PRIMARY KEY("account_id","target_kind","target_id","policy_id")
);
--> statement-breakpoint
CREATE TABLE "use_counters" (
	"account_id" uuid NOT NULL,
	"key" text NOT NULL,
	"uses" bigint NOT NULL,
	"last_used_at" timestamp (6) with time zone NOT NULL,
	CONSTRAINT "use_counters_account_id_key_pk" PRIMARY KEY("account_id","key")
);
--> statement-breakpoint
CREATE TABLE "use_times" (
	"account_id" uuid NOT NULL,
	"key" text NOT NULL,
	"n" bigint NOT NULL,
	"used_at" timestamp (6) with time zone NOT NULL,
	CONSTRAINT "use_times_account_id_key_n_pk" PRIMARY KEY("account_id","key","n")
);
--> statement-breakpoint
CREATE TABLE "vault_locks" (
	"account_id" uuid PRIMARY KEY NOT NULL,
	"locked_at" timestamp (6) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "grants" ADD COLUMN "reason_required" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "policy_attachments" ADD CONSTRAINT "policy_attachments_policy_fk" FOREIGN KEY ("account_id","policy_id") REFERENCES "public"."policies"("account_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "alerts_created_at" ON "alerts" USING btree ("account_id","created_at");--> statement-breakpoint
CREATE INDEX "alerts_cause" ON "alerts" USING btree ("account_id","cause","created_at");--> statement-breakpoint
CREATE INDEX "approvals_pair" ON "approvals" USING btree ("account_id","agent_id","credential_id","requested_at");--> statement-breakpoint
CREATE INDEX "approvals_waiting" ON "approvals" USING btree ("account_id","expires_at") WHERE status = 'waiting';--> statement-breakpoint
CREATE UNIQUE INDEX "policies_name" ON "policies" USING btree ("account_id","name");--> statement-breakpoint
CREATE INDEX "policy_attachments_policy" ON "policy_attachments" USING btree ("account_id","policy_id");--> statement-breakpoint
CREATE INDEX "use_times_used_at" ON "use_times" USING btree ("account_id","used_at");