-- What Drizzle cannot say about the tables of proxies.

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['proxies', 'proxy_keys'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY own_account ON %I TO keytrail_app
      USING (account_id = (SELECT current_account_id())) WITH CHECK (account_id = (SELECT current_account_id()))', name);
  END LOOP;
END $$;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON proxies, proxy_keys TO keytrail_app;
--> statement-breakpoint

-- As in 0008, without what a proxied call says of itself and no filter looks at.
CREATE OR REPLACE FUNCTION event_facet(ev jsonb) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN hashtextextended((ev - ARRAY['id', 'salt', 'occurredAt', 'action', 'fields', 'keyId', 'grantId',
  'decidingPolicyId', 'policyName', 'observedPolicyIds', 'observedRules', 'approvalId', 'retryAt', 'reason', 'userAgent',
  'clientName', 'deviceId', 'deviceSeq', 'correlationId', 'count', 'firstSeq', 'lastSeq', 'note', 'tool', 'upstreamHost',
  'upstreamStatus', 'durationMs', 'bytes'])::text, 0);
