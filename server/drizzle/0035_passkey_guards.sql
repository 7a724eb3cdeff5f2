-- What Drizzle cannot say about the table of passkeys.

ALTER TABLE passkeys ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE passkeys FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY own_account ON passkeys TO keytrail_app
  USING (account_id = (SELECT current_account_id())) WITH CHECK (account_id = (SELECT current_account_id()));
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON passkeys TO keytrail_app;
