-- Proxies, addresses and clients that a log knows already are no news. The marks are those of `agents/alert-uses.ts`. Facets do
-- not tell whether the owner tried a proxy or somebody called it: who only tried one hears nothing of its first call.
INSERT INTO alert_marks (account_id, mark, marked_at)
SELECT f.account_id, m.mark, min(f.first_at)
FROM event_facets f
CROSS JOIN LATERAL (VALUES
  ('actor ' || f.proxy_id),
  ('ip ' || f.proxy_id || ' ' || CASE family(f.client_ip) WHEN 6 THEN network(set_masklen(f.client_ip, 64))::text ELSE host(f.client_ip) END),
  ('client ' || f.proxy_id || ' ' || f.client)
) m (mark)
WHERE f.type = 'agent_access' AND f.outcome = 'ok' AND f.proxy_id IS NOT NULL AND m.mark IS NOT NULL
GROUP BY 1, 2
ON CONFLICT DO NOTHING;
