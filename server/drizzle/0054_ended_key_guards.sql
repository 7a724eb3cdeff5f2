-- What Drizzle cannot say about the keys of removed agents.

ALTER TABLE ended_keys ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE ended_keys FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY own_account ON ended_keys TO keytrail_app
  USING (account_id = (SELECT current_account_id())) WITH CHECK (account_id = (SELECT current_account_id()));
--> statement-breakpoint
CREATE POLICY forget_aged ON ended_keys FOR ALL TO keytrail_owner USING (true);
--> statement-breakpoint
GRANT SELECT, INSERT ON ended_keys TO keytrail_app;
--> statement-breakpoint

-- As in 0051, and the keys of agents that were removed before what is in the log.
CREATE OR REPLACE FUNCTION forget_aged_requests_and_alerts() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  kept_from timestamptz := now() - (SELECT days FROM public.event_retention) * interval '1 day';
BEGIN
  DELETE FROM public.approvals WHERE status <> 'waiting' AND requested_at < kept_from;
  DELETE FROM public.access_requests WHERE status <> 'waiting' AND requested_at < kept_from;
  DELETE FROM public.alerts WHERE created_at < kept_from;
  DELETE FROM public.ended_keys WHERE ended_at < kept_from;
END $$;
