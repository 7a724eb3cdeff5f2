-- What Drizzle cannot say about the table of webhooks.

ALTER TABLE webhooks ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE webhooks FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY own_account ON webhooks TO keytrail_app
  USING (account_id = (SELECT current_account_id())) WITH CHECK (account_id = (SELECT current_account_id()));
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON webhooks TO keytrail_app;
--> statement-breakpoint

-- The job that carries moves on after a crash looks through every account, and nothing else may, as in 0014.
CREATE POLICY find_moving ON webhooks FOR SELECT TO keytrail_owner USING (move_id IS NOT NULL);
--> statement-breakpoint
CREATE FUNCTION accounts_moving(most integer) RETURNS TABLE (account_id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY SELECT w.account_id FROM public.webhooks w WHERE w.move_id IS NOT NULL LIMIT most;
END $$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION accounts_moving(integer) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION accounts_moving(integer) TO keytrail_app;
--> statement-breakpoint

-- As in 0024, without what the owner's webhook holds: nobody here can renew it.
CREATE OR REPLACE FUNCTION ending_tokens(at timestamptz, ending timestamptz, most integer)
RETURNS TABLE (account_id uuid, id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY SELECT c.account_id, c.id FROM public.credentials c
    WHERE c.kind = 'oauth'
      AND (c.public->>'accessTokenExpiresAt') COLLATE "C"
        < to_char(ending AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
      AND c.public ? 'tokenUrl' AND c.public ? 'clientId' AND c.sealed->'refreshToken'->>'box' IS NOT NULL
      AND c.refresh->>'reconnectNeeded' IS NULL
      AND coalesce((c.refresh->>'retryAt')::timestamptz <= at, true)
      AND coalesce((c.refresh->'attempt'->>'leaseUntil')::timestamptz <= at, true)
    ORDER BY (c.public->>'accessTokenExpiresAt') COLLATE "C" LIMIT most;
END $$;
--> statement-breakpoint

-- A rotation of the master key goes over what binds webhooks, too; see 0027.
CREATE OR REPLACE FUNCTION sealed_tables() RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY['credentials', 'webhooks'];
--> statement-breakpoint
CREATE POLICY find_boxes ON webhooks FOR SELECT TO keytrail_owner USING (true);
--> statement-breakpoint
CREATE POLICY exchange_boxes ON webhooks FOR UPDATE TO keytrail_owner USING (true) WITH CHECK (true);
--> statement-breakpoint

-- As in 0027, without fields that have no box: the owner's webhook holds them.
CREATE OR REPLACE FUNCTION count_boxes() RETURNS TABLE (place text, version integer, boxes bigint, accounts bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY public.sealed_tables() LOOP
    -- Of a box in base64 the first eight characters are six bytes: its format, the version, and one more.
    RETURN QUERY EXECUTE format($q$
      SELECT %L::text, ('x' || encode(substr(decode(left(f.value ->> 'box', 8), 'base64'), 2, 4), 'hex'))::bit(32)::integer,
        count(*), count(DISTINCT t.account_id)
      FROM public.%I t CROSS JOIN LATERAL jsonb_each(t.sealed) f WHERE f.value ->> 'box' IS NOT NULL GROUP BY 2 $q$, name, name);
  END LOOP;
  RETURN QUERY SELECT s.name, ('x' || encode(substr(s.value, 2, 4), 'hex'))::bit(32)::integer, 1::bigint, 0::bigint
    FROM public.server_facts s WHERE s.name = 'server_secret';
END $$;
