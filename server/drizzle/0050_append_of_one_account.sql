-- As in 0048, with a shorter way for one account's events, however many: most servers keep the log of few people, and whoever
-- waits for an account's head waits for all that is done while it is locked.
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
  one_seq bigint;
  one_at timestamptz;
  recorded text;
  known bigint[] := '{}';
  evs jsonb[];
  facets bigint[];
BEGIN
  -- Their order gives the numbers, and one update of the head takes the lock.
  IF NOT may_repeat AND account_ids[1] = ALL (account_ids) THEN
    -- Read before it, beside the batch that holds it.
    SELECT array_agg(b.ev), array_agg(public.event_facet(b.ev)) INTO evs, facets
      FROM unnest(bodies) AS g (body) CROSS JOIN LATERAL (SELECT g.body::jsonb AS ev OFFSET 0) b;
    UPDATE public.heads h SET next_seq = h.next_seq + cardinality(bodies),
      last_recorded_at = greatest(clock_timestamp(), h.last_recorded_at + interval '1 microsecond')
        + (cardinality(bodies) - 1) * interval '1 microsecond'
      WHERE h.account_id = account_ids[1]
      RETURNING h.next_seq - cardinality(bodies), h.last_recorded_at - (cardinality(bodies) - 1) * interval '1 microsecond'
      INTO one_seq, one_at;
    IF FOUND THEN
      RETURN QUERY
      WITH lined AS (
        SELECT g.n, g.body, g.ev, g.facet, t.at, one_seq + g.n - 1 AS seq, to_char(t.at AT TIME ZONE 'UTC', rfc3339) AS recorded
        FROM unnest(bodies, evs, facets) WITH ORDINALITY AS g (body, ev, facet, n)
        CROSS JOIN LATERAL (SELECT one_at + (g.n - 1) * interval '1 microsecond' AS at OFFSET 0) t
      ), stored AS (
        INSERT INTO public.events (account_id, recorded_at, seq, id, agent_id, credential_id, proxy_id, correlation_id,
          facet, type, source, outcome, client, service, client_ip, leaf_hash, line)
        SELECT account_ids[1], l.at, l.seq, (l.ev ->> 'id')::uuid, (l.ev ->> 'agentId')::uuid, (l.ev ->> 'credentialId')::uuid,
          (l.ev ->> 'proxyId')::uuid, (l.ev ->> 'correlationId')::uuid, l.facet, l.ev ->> 'type', l.ev ->> 'source',
          l.ev ->> 'outcome', l.ev ->> 'client', l.ev ->> 'service', (l.ev ->> 'clientIp')::inet,
          sha256('\x00'::bytea || convert_to(w.line, 'UTF8')), w.line
        FROM lined l
        CROSS JOIN LATERAL (SELECT '{"ev":' || l.body || ',"rec":"' || l.recorded || '","seq":' || l.seq
          || ',"sig":null,"v":1}' AS line OFFSET 0) w
      )
      SELECT l.n, l.seq, l.recorded, 'recorded' FROM lined l;
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
    SELECT l.account_id, l.recorded_at, l.seq, (b.ev ->> 'id')::uuid, (b.ev ->> 'agentId')::uuid,
      (b.ev ->> 'credentialId')::uuid, (b.ev ->> 'proxyId')::uuid, (b.ev ->> 'correlationId')::uuid,
      public.event_facet(b.ev), b.ev ->> 'type', b.ev ->> 'source', b.ev ->> 'outcome', b.ev ->> 'client',
      b.ev ->> 'service', (b.ev ->> 'clientIp')::inet,
      sha256('\x00'::bytea || convert_to(w.line, 'UTF8')), w.line
    FROM lined l
    CROSS JOIN LATERAL (SELECT '{"ev":' || l.body || ',"rec":"' || l.recorded || '","seq":' || l.seq
      || ',"sig":null,"v":1}' AS line) w
    -- Fenced, so that a body is parsed once.
    CROSS JOIN LATERAL (SELECT l.body::jsonb AS ev OFFSET 0) b
  )
  SELECT l.n, l.seq, l.recorded, 'recorded' FROM lined l;
END $$;
