CREATE TABLE "access_requests" (
	"account_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"status" text NOT NULL,
	"agent_id" uuid NOT NULL,
	"agent_name" text NOT NULL,
	"key_id" uuid NOT NULL,
	"service" text NOT NULL,
	"label" text,
	"fields" jsonb,
	"reason" text NOT NULL,
	"duration" text,
	"client" text NOT NULL,
	"client_name" text,
	"client_ip" text,
	"user_agent" text,
	"correlation_id" uuid NOT NULL,
	"requested_at" timestamp (6) with time zone NOT NULL,
	"expires_at" timestamp (6) with time zone NOT NULL,
	"answered_at" timestamp (6) with time zone,
	"answered_from" text,
	"note" text,
	"grant_id" uuid,
	"granted_duration" text,
	"told_at" timestamp (6) with time zone,
	CONSTRAINT "access_requests_account_id_id_pk" PRIMARY KEY("account_id","id")
);
--> statement-breakpoint
ALTER TABLE "access_requests" ADD CONSTRAINT "access_requests_account_id_agent_id_agents_account_id_id_fk" FOREIGN KEY ("account_id","agent_id") REFERENCES "public"."agents"("account_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "access_requests_waiting" ON "access_requests" USING btree ("account_id","agent_id","service") WHERE status = 'waiting';--> statement-breakpoint
CREATE INDEX "access_requests_agent" ON "access_requests" USING btree ("account_id","agent_id","requested_at");--> statement-breakpoint
CREATE INDEX "access_requests_answered" ON "access_requests" USING btree ("account_id","answered_at");