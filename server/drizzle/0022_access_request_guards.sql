-- What Drizzle cannot say about the table of requests for grants.

ALTER TABLE access_requests ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE access_requests FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY own_account ON access_requests TO keytrail_app
  USING (account_id = (SELECT current_account_id())) WITH CHECK (account_id = (SELECT current_account_id()));
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON access_requests TO keytrail_app;
--> statement-breakpoint

-- The job that ends what nobody answered looks through every account, and nothing else may, as in 0014.
CREATE POLICY find_due ON access_requests FOR SELECT TO keytrail_owner USING (status = 'waiting');
--> statement-breakpoint
CREATE FUNCTION due_access_requests(due timestamptz, most integer) RETURNS TABLE (account_id uuid, id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY SELECT r.account_id, r.id FROM public.access_requests r
    WHERE r.status = 'waiting' AND r.expires_at <= due ORDER BY r.expires_at LIMIT most;
END $$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION due_access_requests(timestamptz, integer) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION due_access_requests(timestamptz, integer) TO keytrail_app;
