-- Requests for grants that were answered or ran out are forgotten as settled approvals are: with the events that they are about.
CREATE POLICY forget_settled ON access_requests FOR ALL TO keytrail_owner USING (status <> 'waiting');
--> statement-breakpoint
DROP FUNCTION forget_aged_alerts();
--> statement-breakpoint

-- Alerts, settled approvals and settled requests for grants are kept as long as the events that they are about.
CREATE FUNCTION forget_aged_requests_and_alerts() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  kept_from timestamptz := now() - (SELECT days FROM public.event_retention) * interval '1 day';
BEGIN
  DELETE FROM public.approvals WHERE status <> 'waiting' AND requested_at < kept_from;
  DELETE FROM public.access_requests WHERE status <> 'waiting' AND requested_at < kept_from;
  DELETE FROM public.alerts WHERE created_at < kept_from;
END $$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION forget_aged_requests_and_alerts() FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION forget_aged_requests_and_alerts() TO keytrail_app;
