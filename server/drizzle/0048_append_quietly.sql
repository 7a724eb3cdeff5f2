-- As in 0004, but who appends tells it: behind the commit, or in the transaction that the event belongs to.
CREATE OR REPLACE FUNCTION append_batch(account_ids uuid[], bodies text[], may_repeat boolean)
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
      INSERT INTO public.events (account_id, recorded_at, seq, id, agent_id, credential_id, proxy_id, correlation_id,
        facet, type, source, outcome, client, service, client_ip, leaf_hash, line)
      SELECT account_ids[1], one_at, one_seq, f.id, f."agentId", f."credentialId", f."proxyId", f."correlationId",
        public.event_facet(body::jsonb), f.type, f.source, f.outcome, f.client, f.service, f."clientIp",
        sha256('\x00'::bytea || convert_to(line, 'UTF8')), line
      FROM jsonb_to_record(body::jsonb) AS f (
        id uuid, type text, source text, outcome text, service text, client text,
        "agentId" uuid, "credentialId" uuid, "proxyId" uuid, "correlationId" uuid, "clientIp" inet);
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
    SELECT g.account_id, g.body, g.n, row_number() OVER (PARTITION BY g.account_id ORDER BY g.n) - 1 AS place,
      dense_rank() OVER (ORDER BY g.account_id) AS rank
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
  ), firsts AS MATERIALIZED (
    -- By rank rather than by a join, which would compare every event with every account.
    SELECT array_agg(m.first_seq ORDER BY m.account_id) AS seqs, array_agg(m.first_at ORDER BY m.account_id) AS ats
    FROM moved m
  ), numbered AS (
    SELECT g.account_id, g.body, g.n, f.seqs[g.rank] + g.place AS seq,
      f.ats[g.rank] + g.place * interval '1 microsecond' AS recorded_at
    FROM given g CROSS JOIN firsts f
  ), lined AS (
    SELECT m.*, to_char(m.recorded_at AT TIME ZONE 'UTC', rfc3339) AS recorded FROM numbered m
  ), stored AS (
    INSERT INTO public.events (account_id, recorded_at, seq, id, agent_id, credential_id, proxy_id, correlation_id,
      facet, type, source, outcome, client, service, client_ip, leaf_hash, line)
    SELECT l.account_id, l.recorded_at, l.seq, f.id, f."agentId", f."credentialId", f."proxyId", f."correlationId",
      public.event_facet(b.ev), f.type, f.source, f.outcome, f.client, f.service, f."clientIp",
      sha256('\x00'::bytea || convert_to(w.line, 'UTF8')), w.line
    FROM lined l
    CROSS JOIN LATERAL (SELECT '{"ev":' || l.body || ',"rec":"' || l.recorded || '","seq":' || l.seq
      || ',"sig":null,"v":1}' AS line) w
    -- Fenced, so that a body is parsed once.
    CROSS JOIN LATERAL (SELECT l.body::jsonb AS ev OFFSET 0) b
    CROSS JOIN LATERAL jsonb_to_record(b.ev) AS f (
      id uuid, type text, source text, outcome text, service text, client text,
      "agentId" uuid, "credentialId" uuid, "proxyId" uuid, "correlationId" uuid, "clientIp" inet)
  )
  SELECT l.n, l.seq, l.recorded, 'recorded' FROM lined l;
END $$;
--> statement-breakpoint

-- As in 0039, with the event read once and recorded here.
CREATE OR REPLACE FUNCTION append_use(account uuid, body text, expected bigint, count_keys text[], count_maxes bigint[],
  count_windows bigint[], clock_turn_ms bigint)
RETURNS TABLE (ordinal bigint, seq bigint, recorded_at text, outcome text, refused_by integer, retry_at_ms bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
-- As for append_batch: every look-up is by key.
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET jit = off AS $$
#variable_conflict use_column
DECLARE
  version bigint;
  now_at timestamptz;
  refusing integer;
  room_at timestamptz;
  ev jsonb := body;
  one_seq bigint;
  one_at timestamptz;
  recorded text;
  line text;
BEGIN
  ordinal := 1;
  SELECT h.settings_version INTO version FROM public.heads h WHERE h.account_id = account FOR UPDATE;
  IF NOT FOUND THEN
    RETURN QUERY SELECT a.* FROM public.append_batch_counted(ARRAY[account], ARRAY[body], false,
      array_fill(1, ARRAY[cardinality(count_keys)]), count_keys, count_maxes, count_windows, clock_turn_ms) a;
    RETURN;
  END IF;
  IF version <> expected THEN
    outcome := 'outdated';
    RETURN NEXT;
    RETURN;
  END IF;

  IF cardinality(count_keys) > 0 THEN
    -- Read under the lock, by this server's clock; no use is dated before the one it follows.
    now_at := clock_timestamp() + clock_turn_ms * interval '1 millisecond';
    -- The first that has no room: after as many uses as it may have, the oldest of them has not left its window.
    SELECT c.n - 1, t.used_at + c.window_ms * interval '1 millisecond' INTO refusing, room_at
      FROM unnest(count_keys, count_maxes, count_windows) WITH ORDINALITY AS c (key, max, window_ms, n)
      JOIN public.use_counters u ON u.account_id = account AND u.key = c.key AND u.uses >= c.max
      LEFT JOIN public.use_times t ON t.account_id = account AND t.key = c.key AND t.n = u.uses - c.max + 1
        AND c.window_ms IS NOT NULL
      -- Without a row it was pruned, being older than any window.
      WHERE c.window_ms IS NULL OR t.used_at + c.window_ms * interval '1 millisecond' > greatest(now_at, u.last_used_at)
      ORDER BY c.n LIMIT 1;
    IF FOUND THEN
      outcome := 'refused';
      refused_by := refusing;
      retry_at_ms := ceil(extract(epoch FROM room_at) * 1000);
      RETURN NEXT;
      RETURN;
    END IF;
    -- What several counters name was used once.
    WITH counted AS (
      INSERT INTO public.use_counters AS u (account_id, key, uses, last_used_at)
        SELECT DISTINCT account, k, 1, now_at FROM unnest(count_keys) k ORDER BY 2
        ON CONFLICT (account_id, key) DO UPDATE SET uses = u.uses + 1,
          last_used_at = greatest(u.last_used_at, excluded.last_used_at)
        RETURNING u.key, u.uses, u.last_used_at
    )
    INSERT INTO public.use_times (account_id, key, n, used_at)
      SELECT account, c.key, c.uses, c.last_used_at FROM counted c
      WHERE EXISTS (SELECT FROM unnest(count_keys, count_windows) AS w (key, window_ms)
        WHERE w.key = c.key AND w.window_ms IS NOT NULL);
  END IF;

  -- As `append_batch` records one event, which it would take another function's settings to call.
  UPDATE public.heads h SET next_seq = h.next_seq + 1,
    last_recorded_at = greatest(clock_timestamp(), h.last_recorded_at + interval '1 microsecond')
    WHERE h.account_id = account RETURNING h.next_seq - 1, h.last_recorded_at INTO one_seq, one_at;
  recorded := to_char(one_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
  line := '{"ev":' || body || ',"rec":"' || recorded || '","seq":' || one_seq || ',"sig":null,"v":1}';
  INSERT INTO public.events (account_id, recorded_at, seq, id, agent_id, credential_id, proxy_id, correlation_id,
    facet, type, source, outcome, client, service, client_ip, leaf_hash, line)
  SELECT account, one_at, one_seq, f.id, f."agentId", f."credentialId", f."proxyId", f."correlationId",
    public.event_facet(ev), f.type, f.source, f.outcome, f.client, f.service, f."clientIp",
    sha256('\x00'::bytea || convert_to(line, 'UTF8')), line
  FROM jsonb_to_record(ev) AS f (
    id uuid, type text, source text, outcome text, service text, client text,
    "agentId" uuid, "credentialId" uuid, "proxyId" uuid, "correlationId" uuid, "clientIp" inet);
  seq := one_seq;
  recorded_at := recorded;
  outcome := 'recorded';
  RETURN NEXT;
END $$;
