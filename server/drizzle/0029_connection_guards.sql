-- What Drizzle cannot say about the table of connected clients.

ALTER TABLE agent_connections ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE agent_connections FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY own_account ON agent_connections TO keytrail_app
  USING (account_id = (SELECT current_account_id())) WITH CHECK (account_id = (SELECT current_account_id()));
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON agent_connections TO keytrail_app;
