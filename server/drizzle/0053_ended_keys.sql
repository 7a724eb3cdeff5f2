CREATE TABLE "ended_keys" (
	"account_id" uuid NOT NULL,
	"hash" "bytea" NOT NULL,
	"key_id" uuid NOT NULL,
	"agent_id" uuid NOT NULL,
	"agent_name" text NOT NULL,
	"ended_at" timestamp (6) with time zone NOT NULL,
	CONSTRAINT "ended_keys_account_id_hash_pk" PRIMARY KEY("account_id","hash")
);
