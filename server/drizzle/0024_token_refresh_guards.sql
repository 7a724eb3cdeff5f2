-- What Drizzle cannot say about tokens that are refreshed ahead of time.

-- Instants are stored as ISO 8601 in UTC, which sorts as text.
CREATE INDEX credentials_token_end ON credentials ((public->>'accessTokenExpiresAt') COLLATE "C") WHERE kind = 'oauth';
--> statement-breakpoint

-- The job that refreshes looks through every account, and nothing else may, as in 0014.
CREATE POLICY find_ending_tokens ON credentials FOR SELECT TO keytrail_owner USING (kind = 'oauth');
--> statement-breakpoint

-- Tokens that end before `ending`, can be refreshed, and may be tried again by `at`.
CREATE FUNCTION ending_tokens(at timestamptz, ending timestamptz, most integer) RETURNS TABLE (account_id uuid, id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY SELECT c.account_id, c.id FROM public.credentials c
    WHERE c.kind = 'oauth'
      AND (c.public->>'accessTokenExpiresAt') COLLATE "C"
        < to_char(ending AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
      AND c.public ? 'tokenUrl' AND c.public ? 'clientId' AND c.sealed ? 'refreshToken'
      AND c.refresh->>'reconnectNeeded' IS NULL
      AND coalesce((c.refresh->>'retryAt')::timestamptz <= at, true)
      AND coalesce((c.refresh->'attempt'->>'leaseUntil')::timestamptz <= at, true)
    ORDER BY (c.public->>'accessTokenExpiresAt') COLLATE "C" LIMIT most;
END $$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION ending_tokens(timestamptz, timestamptz, integer) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION ending_tokens(timestamptz, timestamptz, integer) TO keytrail_app;
--> statement-breakpoint

-- As in 0018, without what a failed refresh says of itself and no filter looks at.
CREATE OR REPLACE FUNCTION event_facet(ev jsonb) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN hashtextextended((ev - ARRAY['id', 'salt', 'occurredAt', 'action', 'fields', 'keyId', 'grantId',
  'decidingPolicyId', 'policyName', 'observedPolicyIds', 'observedRules', 'approvalId', 'retryAt', 'reason', 'userAgent',
  'clientName', 'deviceId', 'deviceSeq', 'correlationId', 'count', 'firstSeq', 'lastSeq', 'note', 'tool', 'upstreamHost',
  'upstreamStatus', 'durationMs', 'bytes', 'errorClass'])::text, 0);
