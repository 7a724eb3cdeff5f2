-- As in 0033, with what the owner's webhook holds where that renews it, or stores what Keytrail exchanges. What it offers is
-- judged as in `refresh-way.ts`.
CREATE OR REPLACE FUNCTION ending_tokens(at timestamptz, ending timestamptz, most integer)
RETURNS TABLE (account_id uuid, id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY SELECT c.account_id, c.id FROM public.credentials c
    LEFT JOIN public.webhooks w ON w.account_id = c.account_id
    WHERE c.kind = 'oauth'
      AND (c.public->>'accessTokenExpiresAt') COLLATE "C"
        < to_char(ending AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
      AND c.public ? 'tokenUrl' AND c.public ? 'clientId' AND c.sealed ? 'refreshToken'
      AND (c.sealed->'refreshToken'->>'box' IS NOT NULL
        OR coalesce(w.capabilities ? 'refresh' OR (w.mediated AND w.capabilities ? 'mediated-refresh'), false))
      AND c.refresh->>'reconnectNeeded' IS NULL
      AND coalesce((c.refresh->>'retryAt')::timestamptz <= at, true)
      AND coalesce((c.refresh->'attempt'->>'leaseUntil')::timestamptz <= at, true)
    ORDER BY (c.public->>'accessTokenExpiresAt') COLLATE "C" LIMIT most;
END $$;
