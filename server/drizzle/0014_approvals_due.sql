-- Requests that nobody answered in time, of all accounts: what names them knows no account before it has found them.
-- It says which they are and nothing else; whoever ends one does so as its account.
CREATE POLICY find_due ON approvals FOR SELECT TO keytrail_owner USING (status = 'waiting');
--> statement-breakpoint
CREATE FUNCTION due_approvals(due timestamptz, most integer) RETURNS TABLE (account_id uuid, id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY SELECT a.account_id, a.id FROM public.approvals a
    WHERE a.status = 'waiting' AND a.expires_at <= due ORDER BY a.expires_at LIMIT most;
END $$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION due_approvals(timestamptz, integer) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION due_approvals(timestamptz, integer) TO keytrail_app;
