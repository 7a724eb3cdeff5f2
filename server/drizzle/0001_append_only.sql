-- What Drizzle cannot say: the append, weekly partitions, append-only by trigger, row-level security, grants.
-- Everything here belongs to keytrail_owner, who cannot log in; the app works as keytrail_app.

ALTER TABLE heads SET (fillfactor = 50);
--> statement-breakpoint
ALTER TABLE heads ADD CONSTRAINT heads_log_id_length CHECK (octet_length(log_id) = 16);
--> statement-breakpoint
ALTER TABLE events
  ADD CONSTRAINT events_type CHECK (type IN ('secret_access', 'agent_access', 'token_refresh', 'policy_denied', 'vault_change')),
  ADD CONSTRAINT events_source CHECK (source IN ('direct', 'agent', 'mcp_proxy', 'system')),
  ADD CONSTRAINT events_outcome CHECK (outcome IN ('ok', 'denied', 'failed')),
  ADD CONSTRAINT events_seq CHECK (seq >= 0),
  ADD CONSTRAINT events_leaf_hash CHECK (octet_length(leaf_hash) = 32);
--> statement-breakpoint

-- Refuses whatever would change the past, whoever asks: ENABLE ALWAYS fires under replica mode too.
CREATE FUNCTION refuse_event_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'events are append-only: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
--> statement-breakpoint
-- By row, so that it reaches the partitions whichever way they are written to; by statement, so that a change is
-- refused even where row-level security leaves it no row to fire on.
CREATE TRIGGER events_keep_rows BEFORE UPDATE OR DELETE ON events FOR EACH ROW EXECUTE FUNCTION refuse_event_change();
--> statement-breakpoint
ALTER TABLE events ENABLE ALWAYS TRIGGER events_keep_rows;
--> statement-breakpoint
CREATE TRIGGER events_keep_table BEFORE UPDATE OR DELETE OR TRUNCATE ON events FOR EACH STATEMENT EXECUTE FUNCTION refuse_event_change();
--> statement-breakpoint
ALTER TABLE events ENABLE ALWAYS TRIGGER events_keep_table;
--> statement-breakpoint

-- Makes the partitions from the current week (UTC, Monday) to `weeks_ahead` weeks on. Attaching a finished table
-- waits for nobody, where CREATE … PARTITION OF would queue every insert behind the slowest reader.
-- In UTC whatever the session's zone: a week of local time is an hour short or long where summer time begins or ends.
-- Last week's, too, for a clock that is set back a little just after it has ended.
CREATE FUNCTION ensure_event_partitions(weeks_ahead integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
DECLARE
  week timestamptz := date_trunc('week', now()) - interval '7 days';
  leaf text;
  made integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('keytrail.event_partitions', 0));
  FOR n IN -1..weeks_ahead LOOP
    leaf := 'events_' || to_char(week, 'YYYYMMDD');
    IF to_regclass('public.' || leaf) IS NULL THEN
      EXECUTE format('CREATE TABLE public.%I (LIKE public.events INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', leaf);
      EXECUTE format('CREATE UNIQUE INDEX ON public.%I (account_id, seq)', leaf);
      EXECUTE format('CREATE UNIQUE INDEX ON public.%I (account_id, id)', leaf);
      -- A leaf named directly passes by its parent's statement triggers and policies: each has its own.
      EXECUTE format('CREATE TRIGGER keep_leaf BEFORE UPDATE OR DELETE OR TRUNCATE ON public.%I FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_event_change()', leaf);
      EXECUTE format('ALTER TABLE public.%I ENABLE ALWAYS TRIGGER keep_leaf', leaf);
      EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', leaf);
      EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', leaf);
      EXECUTE format('ALTER TABLE public.events ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
        leaf, week, week + interval '7 days');
      made := made + 1;
    END IF;
    week := week + interval '7 days';
  END LOOP;
  RETURN made;
END $$;
--> statement-breakpoint

-- The one writer of events. `bodies[n]` is the canonical event that `account_ids[n]` records; the same
-- (account, event id) at most once in a call. Locks the heads in account order, so that two batches never wait for
-- each other in a circle; numbers, dates, hashes and stores the new ones in one statement; answers each by its
-- ordinal. Where an event of the batch may be a repeat (its answer was lost, or its id was minted elsewhere), the
-- whole log is looked through: recorded with the same bytes it gets its old receipt, with other bytes `conflict`.
CREATE FUNCTION append_batch(account_ids uuid[], bodies text[], may_repeat boolean)
RETURNS TABLE (ordinal bigint, seq bigint, recorded_at text, outcome text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
-- Every lookup is by key; estimates made while the tables were small must not turn them into scans.
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET jit = off AS $$
#variable_conflict use_column
DECLARE
  rfc3339 constant text := 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"';
  batch_time timestamptz;
  body text;
  line text;
  one_seq bigint;
  one_at timestamptz;
  recorded text;
  known bigint[] := '{}';
BEGIN
  -- One event alone is the case of an idle server: the same steps without the machinery of many.
  IF cardinality(bodies) = 1 AND NOT may_repeat THEN
    body := bodies[1];
    UPDATE public.heads h SET next_seq = h.next_seq + 1,
      last_recorded_at = greatest(clock_timestamp(), h.last_recorded_at + interval '1 microsecond')
      WHERE h.account_id = account_ids[1] RETURNING h.next_seq - 1, h.last_recorded_at INTO one_seq, one_at;
    IF FOUND THEN
      recorded := to_char(one_at AT TIME ZONE 'UTC', rfc3339);
      line := '{"ev":' || body || ',"rec":"' || recorded || '","seq":' || one_seq || ',"sig":null,"v":1}';
      INSERT INTO public.events (account_id, recorded_at, seq, id, agent_id, credential_id, proxy_id, type, source,
        outcome, client, service, client_ip, leaf_hash, line)
      SELECT account_ids[1], one_at, one_seq, f.id, f."agentId", f."credentialId", f."proxyId", f.type, f.source,
        f.outcome, f.client, f.service, f."clientIp", sha256('\x00'::bytea || convert_to(line, 'UTF8')), line
      FROM jsonb_to_record(body::jsonb) AS f (
        id uuid, type text, source text, outcome text, service text, client text,
        "agentId" uuid, "credentialId" uuid, "proxyId" uuid, "clientIp" inet);
      PERFORM pg_notify('keytrail_events', account_ids[1]::text);
      RETURN QUERY VALUES (1::bigint, one_seq, recorded, 'recorded');
      RETURN;
    END IF;
  END IF;
  INSERT INTO public.heads (account_id, log_id, next_seq, last_recorded_at)
    SELECT DISTINCT a, substr(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 1, 16), 0, '-infinity'::timestamptz
    FROM unnest(account_ids) a
    WHERE NOT EXISTS (SELECT FROM public.heads h WHERE h.account_id = a)
    ORDER BY 1
    ON CONFLICT DO NOTHING;
  PERFORM FROM public.heads h WHERE h.account_id = ANY (account_ids) ORDER BY h.account_id FOR UPDATE;
  -- Read after the locks: an earlier batch's clock must not lie behind ours.
  batch_time := clock_timestamp();
  IF may_repeat THEN
    SELECT coalesce(array_agg(g.n), '{}') INTO known
      FROM unnest(account_ids, bodies) WITH ORDINALITY AS g (account_id, body, n)
      JOIN public.events e ON e.account_id = g.account_id AND e.id = (g.body::jsonb ->> 'id')::uuid;
    RETURN QUERY
      SELECT g.n, e.seq, to_char(e.recorded_at AT TIME ZONE 'UTC', rfc3339),
        CASE WHEN substr(e.line, 7, length(g.body)) = g.body AND substr(e.line, 7 + length(g.body), 8) = ',"rec":"'
          THEN 'repeated' ELSE 'conflict' END
      FROM unnest(account_ids, bodies) WITH ORDINALITY AS g (account_id, body, n)
      JOIN public.events e ON e.account_id = g.account_id AND e.id = (g.body::jsonb ->> 'id')::uuid;
  END IF;
  RETURN QUERY
  WITH given AS (
    SELECT g.account_id, g.body, g.n, row_number() OVER (PARTITION BY g.account_id ORDER BY g.n) - 1 AS place
    FROM unnest(account_ids, bodies) WITH ORDINALITY AS g (account_id, body, n)
    WHERE g.n <> ALL (known)
  ), moved AS (
    UPDATE public.heads h SET next_seq = h.next_seq + c.count,
      last_recorded_at = greatest(batch_time, h.last_recorded_at + interval '1 microsecond')
        + (c.count - 1) * interval '1 microsecond'
    FROM (SELECT g.account_id, count(*) AS count FROM given g GROUP BY 1) c
    WHERE h.account_id = c.account_id
    RETURNING h.account_id, h.next_seq - c.count AS first_seq,
      h.last_recorded_at - (c.count - 1) * interval '1 microsecond' AS first_at
  ), numbered AS (
    SELECT g.account_id, g.body, g.n, m.first_seq + g.place AS seq,
      m.first_at + g.place * interval '1 microsecond' AS recorded_at
    FROM given g JOIN moved m ON m.account_id = g.account_id
  ), lined AS (
    SELECT m.*, to_char(m.recorded_at AT TIME ZONE 'UTC', rfc3339) AS recorded FROM numbered m
  ), stored AS (
    INSERT INTO public.events (account_id, recorded_at, seq, id, agent_id, credential_id, proxy_id, type, source,
      outcome, client, service, client_ip, leaf_hash, line)
    SELECT l.account_id, l.recorded_at, l.seq, f.id, f."agentId", f."credentialId", f."proxyId", f.type, f.source,
      f.outcome, f.client, f.service, f."clientIp", sha256('\x00'::bytea || convert_to(w.line, 'UTF8')), w.line
    FROM lined l
    CROSS JOIN LATERAL (SELECT '{"ev":' || l.body || ',"rec":"' || l.recorded || '","seq":' || l.seq
      || ',"sig":null,"v":1}' AS line) w
    CROSS JOIN LATERAL jsonb_to_record(l.body::jsonb) AS f (
      id uuid, type text, source text, outcome text, service text, client text,
      "agentId" uuid, "credentialId" uuid, "proxyId" uuid, "clientIp" inet)
  )
  SELECT l.n, l.seq, l.recorded, 'recorded' FROM lined l;
  -- One wake-up a batch; who is woken reads the table. '*' stands for more accounts than a payload holds.
  PERFORM pg_notify('keytrail_events',
    CASE WHEN count(*) > 150 THEN '*' ELSE string_agg(woken.id, ' ') END)
    FROM (SELECT DISTINCT a::text AS id FROM unnest(account_ids) a) woken;
END $$;
--> statement-breakpoint

-- Row-level security: the app sees the account it has named in this transaction, and nothing when it named none.
CREATE FUNCTION current_account_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT nullif(current_setting('keytrail.account_id', true), '')::uuid $$;
--> statement-breakpoint
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['credentials', 'agents', 'agent_keys', 'grants', 'heads', 'events'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY own_account ON %I TO keytrail_app
      USING (account_id = (SELECT current_account_id())) WITH CHECK (account_id = (SELECT current_account_id()))', name);
  END LOOP;
  -- append_batch runs as the owner, for several accounts at once.
  FOREACH name IN ARRAY ARRAY['heads', 'events'] LOOP
    EXECUTE format('CREATE POLICY append ON %I TO keytrail_owner USING (true) WITH CHECK (true)', name);
  END LOOP;
END $$;
--> statement-breakpoint
GRANT SELECT ON events, heads TO keytrail_app;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON
  accounts, sessions, identities, verifications, sign_in_limits, server_facts, credentials, agents, agent_keys, grants
  TO keytrail_app;
--> statement-breakpoint
REVOKE ALL ON FUNCTION append_batch(uuid[], text[], boolean), ensure_event_partitions(integer) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION append_batch(uuid[], text[], boolean), ensure_event_partitions(integer) TO keytrail_app;
--> statement-breakpoint
SELECT ensure_event_partitions(3);
