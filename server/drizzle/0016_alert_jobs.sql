-- Alerts: what the server looks for across accounts, and from where logs that are older than alerts are read.

CREATE POLICY look_for_alerts ON grants FOR SELECT TO keytrail_owner USING (true);
--> statement-breakpoint
CREATE POLICY keep_alerts ON alert_cursors TO keytrail_owner USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY keep_alerts ON alert_marks TO keytrail_owner USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY keep_alerts ON alerts TO keytrail_owner USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY forget_settled ON approvals FOR ALL TO keytrail_owner USING (status <> 'waiting');
--> statement-breakpoint

-- The accounts whose logs hold events that nobody has read for alerts yet.
CREATE FUNCTION accounts_behind_alerts() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT h.account_id FROM public.heads h LEFT JOIN public.alert_cursors c ON c.account_id = h.account_id
  WHERE h.next_seq > coalesce(c.next_seq, 0)
$$;
--> statement-breakpoint

-- Grants that end so soon that their owner is to hear of it, and of which no word was said yet. What holds for a few
-- hours only ends as expected.
CREATE FUNCTION grants_about_to_end(at timestamptz) RETURNS TABLE (account_id uuid, grant_id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY SELECT g.account_id, g.id FROM public.grants g
  WHERE g.revoked_at IS NULL AND g.expires_at > at AND g.expires_at <= at + interval '24 hours'
    AND g.expires_at - at <= CASE
      WHEN g.expires_at - g.created_at > interval '3 days' THEN interval '24 hours'
      WHEN g.expires_at - g.created_at > interval '6 hours' THEN interval '1 hour'
    END
    AND NOT EXISTS (SELECT FROM public.alert_marks m WHERE m.account_id = g.account_id AND m.mark = 'grant ' || g.id);
END $$;
--> statement-breakpoint

-- Alerts and settled approvals are kept as long as the events that they are about.
CREATE FUNCTION forget_aged_alerts() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  forgotten integer;
BEGIN
  DELETE FROM public.approvals WHERE status <> 'waiting'
    AND requested_at < now() - (SELECT days FROM public.event_retention) * interval '1 day';
  DELETE FROM public.alerts WHERE created_at < now() - (SELECT days FROM public.event_retention) * interval '1 day';
  GET DIAGNOSTICS forgotten = ROW_COUNT;
  RETURN forgotten;
END $$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION accounts_behind_alerts(), grants_about_to_end(timestamptz), forget_aged_alerts() FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION accounts_behind_alerts(), grants_about_to_end(timestamptz), forget_aged_alerts() TO keytrail_app;
--> statement-breakpoint

-- Agents, addresses and clients that a log knows already are no news. The marks are those of `agents/alert-uses.ts`.
DO $$
DECLARE
  log record;
BEGIN
  FOR log IN SELECT account_id FROM heads ORDER BY account_id LOOP
    WHILE roll_up_events(log.account_id, 20000) > 0 LOOP END LOOP;
  END LOOP;
END $$;
--> statement-breakpoint
INSERT INTO alert_marks (account_id, mark, marked_at)
SELECT f.account_id, m.mark, min(f.first_at)
FROM event_facets f
CROSS JOIN LATERAL (SELECT CASE f.type WHEN 'secret_access' THEN 'owner' ELSE f.agent_id::text END AS actor) a
CROSS JOIN LATERAL (VALUES
  ('actor ' || a.actor),
  ('ip ' || a.actor || ' ' || CASE family(f.client_ip) WHEN 6 THEN network(set_masklen(f.client_ip, 64))::text ELSE host(f.client_ip) END),
  ('client ' || a.actor || ' ' || f.client)
) m (mark)
WHERE f.type IN ('agent_access', 'secret_access') AND f.outcome = 'ok' AND m.mark IS NOT NULL
GROUP BY 1, 2
ON CONFLICT DO NOTHING;
--> statement-breakpoint
INSERT INTO alert_cursors (account_id, next_seq)
SELECT h.account_id, coalesce(
  (SELECT min(e.seq) FROM events e WHERE e.account_id = h.account_id AND e.recorded_at > r.rolled_until), h.next_seq)
FROM heads h LEFT JOIN event_rollups r ON r.account_id = h.account_id
ON CONFLICT DO NOTHING;
