-- The times of uses are found by a digest of their counter's key: the key is several times as long, and a use under some limits
-- writes several of them. By time they are looked for only to be forgotten, all that are old at once.
DROP INDEX use_times_used_at;
--> statement-breakpoint
ALTER TABLE use_times ALTER COLUMN key TYPE uuid USING encode(substr(sha256(convert_to(key, 'UTF8')), 1, 16), 'hex')::uuid;
--> statement-breakpoint
ALTER TABLE use_times RENAME COLUMN key TO counter;
--> statement-breakpoint
ALTER TABLE use_times RENAME CONSTRAINT use_times_account_id_key_n_pk TO use_times_account_id_counter_n_pk;
--> statement-breakpoint
CREATE INDEX use_times_used_at ON use_times USING brin (used_at);
--> statement-breakpoint

-- As in 0048, 0047, 0009 and 0013, but for that.
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
      LEFT JOIN public.use_times t ON t.account_id = account
        AND t.counter = encode(substr(sha256(convert_to(c.key, 'UTF8')), 1, 16), 'hex')::uuid AND t.n = u.uses - c.max + 1
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
    INSERT INTO public.use_times (account_id, counter, n, used_at)
      SELECT account, encode(substr(sha256(convert_to(c.key, 'UTF8')), 1, 16), 'hex')::uuid, c.uses, c.last_used_at FROM counted c
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
--> statement-breakpoint

CREATE OR REPLACE FUNCTION append_uses(account_ids uuid[], bodies text[], expected bigint[], may_repeat boolean, count_items integer[],
  count_keys text[], count_maxes bigint[], count_windows bigint[], clock_turn_ms bigint)
RETURNS TABLE (ordinal bigint, seq bigint, recorded_at text, outcome text, refused_by integer, retry_at_ms bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET jit = off AS $$
#variable_conflict use_column
DECLARE
  few constant integer := 4;
  counters record;
  locked bigint;
  now_at timestamptz;
  used_accounts uuid[];
  used_keys text[];
  used_counts bigint[];
BEGIN
  PERFORM FROM public.heads h WHERE h.account_id = ANY (account_ids) ORDER BY h.account_id FOR UPDATE;
  GET DIAGNOSTICS locked = ROW_COUNT;
  IF cardinality(bodies) <= few AND NOT may_repeat THEN
    FOR i IN 1..cardinality(bodies) LOOP
      SELECT coalesce(array_agg(c.key ORDER BY c.n), '{}') AS keys, coalesce(array_agg(c.max ORDER BY c.n), '{}') AS maxes,
          coalesce(array_agg(c.window_ms ORDER BY c.n), '{}') AS windows
        INTO counters
        FROM unnest(count_items, count_keys, count_maxes, count_windows) WITH ORDINALITY AS c (item, key, max, window_ms, n)
        WHERE c.item = i;
      SELECT a.seq, a.recorded_at, a.outcome, a.refused_by, a.retry_at_ms INTO seq, recorded_at, outcome, refused_by, retry_at_ms
        FROM public.append_use(account_ids[i], bodies[i], expected[i], counters.keys, counters.maxes, counters.windows,
          clock_turn_ms) a;
      ordinal := i;
      RETURN NEXT;
    END LOOP;
    RETURN;
  END IF;
  RETURN QUERY
    SELECT g.n, NULL::bigint, NULL::text, 'outdated', NULL::integer, NULL::bigint
    FROM unnest(account_ids, bodies, expected) WITH ORDINALITY AS g (account_id, body, expected, n)
    JOIN public.heads h ON h.account_id = g.account_id
    WHERE h.settings_version <> g.expected AND NOT (may_repeat AND EXISTS (
      SELECT FROM public.events e WHERE e.account_id = g.account_id AND e.id = (g.body::jsonb ->> 'id')::uuid));
  IF FOUND THEN RETURN; END IF;

  -- An account without a head has nothing that orders its counters yet.
  IF NOT may_repeat AND cardinality(count_keys) > 0 AND locked = (SELECT count(DISTINCT a) FROM unnest(account_ids) a) THEN
    -- Read under the locks, by this server's clock; no use is dated before the one it follows.
    now_at := clock_timestamp() + clock_turn_ms * interval '1 millisecond';
    -- What several counters of one use name was used once.
    SELECT array_agg(w.account_id ORDER BY w.account_id, w.key), array_agg(w.key ORDER BY w.account_id, w.key),
        array_agg(w.uses ORDER BY w.account_id, w.key)
      INTO used_accounts, used_keys, used_counts
      FROM (SELECT account_ids[c.item] AS account_id, c.key, count(DISTINCT c.item) AS uses
        FROM unnest(count_items, count_keys) AS c (item, key) GROUP BY 1, 2) w;
    -- The last of them has the least room: it comes after all others, and none was before the one it follows.
    PERFORM FROM (
        SELECT DISTINCT account_ids[c.item] AS account_id, c.key, c.max, c.window_ms
        FROM unnest(count_items, count_keys, count_maxes, count_windows) AS c (item, key, max, window_ms) WHERE c.max IS NOT NULL
      ) c
      JOIN unnest(used_accounts, used_keys, used_counts) AS w (account_id, key, uses)
        ON w.account_id = c.account_id AND w.key = c.key
      LEFT JOIN public.use_counters u ON u.account_id = c.account_id AND u.key = c.key
      LEFT JOIN public.use_times t ON t.account_id = c.account_id
        AND t.counter = encode(substr(sha256(convert_to(c.key, 'UTF8')), 1, 16), 'hex')::uuid
        AND t.n = coalesce(u.uses, 0) + w.uses - c.max AND c.window_ms IS NOT NULL
      WHERE coalesce(u.uses, 0) + w.uses > c.max AND (c.window_ms IS NULL OR w.uses > c.max
        OR t.used_at + c.window_ms * interval '1 millisecond' > greatest(now_at, u.last_used_at));
    IF NOT FOUND THEN
      WITH counted AS (
        INSERT INTO public.use_counters AS u (account_id, key, uses, last_used_at)
          SELECT w.account_id, w.key, w.uses, now_at FROM unnest(used_accounts, used_keys, used_counts) AS w (account_id, key, uses)
          ORDER BY 1, 2
          ON CONFLICT (account_id, key) DO UPDATE SET uses = u.uses + excluded.uses,
            last_used_at = greatest(u.last_used_at, excluded.last_used_at)
          RETURNING u.account_id, u.key, u.uses, u.last_used_at
      )
      INSERT INTO public.use_times (account_id, counter, n, used_at)
        SELECT k.account_id, encode(substr(sha256(convert_to(k.key, 'UTF8')), 1, 16), 'hex')::uuid, k.uses - w.uses + g.n, k.last_used_at
        FROM counted k
        JOIN unnest(used_accounts, used_keys, used_counts) AS w (account_id, key, uses)
          ON w.account_id = k.account_id AND w.key = k.key
        CROSS JOIN LATERAL generate_series(1, w.uses) AS g (n)
        WHERE EXISTS (SELECT FROM unnest(count_items, count_keys, count_windows) AS c (item, key, window_ms)
          WHERE account_ids[c.item] = k.account_id AND c.key = k.key AND c.window_ms IS NOT NULL);
      RETURN QUERY SELECT a.ordinal, a.seq, a.recorded_at, a.outcome, NULL::integer, NULL::bigint
        FROM public.append_batch(account_ids, bodies, false) a;
      RETURN;
    END IF;
  END IF;

  RETURN QUERY SELECT a.* FROM public.append_batch_counted(account_ids, bodies, may_repeat, count_items, count_keys, count_maxes,
    count_windows, clock_turn_ms) a;
END $$;
--> statement-breakpoint

CREATE OR REPLACE FUNCTION append_batch_counted(account_ids uuid[], bodies text[], may_repeat boolean, count_items integer[],
  count_keys text[], count_maxes bigint[], count_windows bigint[], clock_turn_ms bigint)
RETURNS TABLE (ordinal bigint, seq bigint, recorded_at text, outcome text, refused_by integer, retry_at_ms bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
-- As for append_batch: every look-up is by key.
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET jit = off AS $$
#variable_conflict use_column
DECLARE
  -- Without limits and windows it does not matter how many uses there were.
  looks_back constant boolean := cardinality(array_remove(count_maxes || count_windows, NULL)) > 0;
  batch_time timestamptz := clock_timestamp() + clock_turn_ms * interval '1 millisecond';
  known integer[] := '{}';
  -- By place of the key among those of the batch: uses before the batch, uses so far, the time of the next use.
  uses_before bigint[];
  uses_so_far bigint[];
  times timestamptz[];
  item record;
  place integer;
  room_at timestamptz;
  refused integer[] := '{}';
  passed integer[];
  passed_ids uuid[] := account_ids;
  passed_bodies text[] := bodies;
  is_counted boolean[] := array_fill(false, ARRAY[cardinality(bodies)]);
BEGIN
  IF looks_back THEN
    INSERT INTO public.heads (account_id, log_id, next_seq, last_recorded_at)
      SELECT DISTINCT a, substr(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 1, 16), 0, '-infinity'::timestamptz
      FROM unnest(account_ids) a
      WHERE NOT EXISTS (SELECT FROM public.heads h WHERE h.account_id = a)
      ORDER BY 1
      ON CONFLICT DO NOTHING;
    PERFORM FROM public.heads h WHERE h.account_id = ANY (account_ids) ORDER BY h.account_id FOR UPDATE;
    batch_time := clock_timestamp() + clock_turn_ms * interval '1 millisecond';
    IF may_repeat THEN
      SELECT coalesce(array_agg(g.n::integer), '{}') INTO known
        FROM unnest(account_ids, bodies) WITH ORDINALITY AS g (account_id, body, n)
        JOIN public.events e ON e.account_id = g.account_id AND e.id = (g.body::jsonb ->> 'id')::uuid;
    END IF;
    SELECT array_agg(coalesce(u.uses, 0) ORDER BY k.account_id, k.key),
        array_agg(greatest(batch_time, u.last_used_at) ORDER BY k.account_id, k.key)
      INTO uses_before, times
      FROM (SELECT DISTINCT account_ids[c.item] AS account_id, c.key FROM unnest(count_items, count_keys) AS c (item, key)) k
      LEFT JOIN public.use_counters u ON u.account_id = k.account_id AND u.key = k.key;
    uses_so_far := uses_before;

    <<items>>
    FOR item IN
      SELECT c.item AS n, array_agg(c.key ORDER BY c.n) AS keys, array_agg(c.place ORDER BY c.n) AS places,
        array_agg(c.max ORDER BY c.n) AS maxes, array_agg(c.window_ms * interval '1 millisecond' ORDER BY c.n) AS windows
      FROM (
        SELECT c.*, (dense_rank() OVER (ORDER BY account_ids[c.item], c.key))::integer AS place
        FROM unnest(count_items, count_keys, count_maxes, count_windows) WITH ORDINALITY AS c (item, key, max, window_ms, n)
      ) c
      WHERE c.item <> ALL (known) GROUP BY c.item ORDER BY c.item
    LOOP
      FOR k IN 1..cardinality(item.keys) LOOP
        place := item.places[k];
        CONTINUE WHEN item.maxes[k] IS NULL OR uses_so_far[place] < item.maxes[k];
        room_at := NULL;
        IF item.windows[k] IS NOT NULL THEN
          IF uses_so_far[place] - item.maxes[k] >= uses_before[place] THEN
            room_at := times[place] + item.windows[k]; -- The use that must leave the window is one of this batch.
          ELSE
            SELECT t.used_at + item.windows[k] INTO room_at FROM public.use_times t
              WHERE t.account_id = account_ids[item.n]
                AND t.counter = encode(substr(sha256(convert_to(item.keys[k], 'UTF8')), 1, 16), 'hex')::uuid
                AND t.n = uses_so_far[place] - item.maxes[k] + 1;
            -- Without a row it was pruned, being older than any window.
            CONTINUE WHEN room_at IS NULL OR room_at <= times[place];
          END IF;
        END IF;
        refused := refused || item.n;
        ordinal := item.n;
        outcome := 'refused';
        refused_by := k - 1;
        retry_at_ms := ceil(extract(epoch FROM room_at) * 1000);
        RETURN NEXT;
        CONTINUE items;
      END LOOP;
      FOR k IN 1..cardinality(item.keys) LOOP
        place := item.places[k];
        -- What several counters of one event name was used once.
        CONTINUE WHEN array_position(item.places, place) < k;
        uses_so_far[place] := uses_so_far[place] + 1;
      END LOOP;
    END LOOP;

    IF cardinality(refused) = cardinality(bodies) THEN RETURN; END IF;
    IF cardinality(refused) > 0 THEN
      SELECT array_agg(g.n ORDER BY g.n), array_agg(g.account_id ORDER BY g.n), array_agg(g.body ORDER BY g.n)
        INTO passed, passed_ids, passed_bodies
        FROM unnest(account_ids, bodies) WITH ORDINALITY AS g (account_id, body, n) WHERE g.n <> ALL (refused);
    END IF;
  END IF;

  refused_by := NULL;
  retry_at_ms := NULL;
  FOR item IN SELECT a.* FROM public.append_batch(passed_ids, passed_bodies, may_repeat) a LOOP
    ordinal := coalesce(passed[item.ordinal], item.ordinal);
    seq := item.seq;
    recorded_at := item.recorded_at;
    outcome := item.outcome;
    is_counted[ordinal] := outcome = 'recorded';
    RETURN NEXT;
  END LOOP;

  INSERT INTO public.use_counters AS u (account_id, key, uses, last_used_at)
    SELECT account_ids[c.item], c.key, count(DISTINCT c.item), batch_time
    FROM unnest(count_items, count_keys) AS c (item, key) WHERE is_counted[c.item]
    GROUP BY 1, 2 ORDER BY 1, 2
    ON CONFLICT (account_id, key) DO UPDATE SET uses = u.uses + excluded.uses,
      last_used_at = greatest(u.last_used_at, excluded.last_used_at);
  IF looks_back THEN
    INSERT INTO public.use_times (account_id, counter, n, used_at)
      SELECT d.account_id, encode(substr(sha256(convert_to(d.key, 'UTF8')), 1, 16), 'hex')::uuid, d.n, times[d.place]
      FROM (
        SELECT c.account_id, c.key, c.place, bool_or(c.window_ms IS NOT NULL) AS is_timed,
          uses_before[c.place] + row_number() OVER (PARTITION BY c.place ORDER BY c.item) AS n
        FROM (
          SELECT c.*, account_ids[c.item] AS account_id, dense_rank() OVER (ORDER BY account_ids[c.item], c.key) AS place
          FROM unnest(count_items, count_keys, count_windows) AS c (item, key, window_ms)
        ) c
        WHERE is_counted[c.item] GROUP BY c.account_id, c.key, c.place, c.item
      ) d
      WHERE d.is_timed;
  END IF;
END $$;
--> statement-breakpoint

CREATE OR REPLACE FUNCTION append_for_account_counted(account uuid, bodies text[], may_repeat boolean, count_items integer[],
  count_keys text[], count_maxes bigint[], count_windows bigint[], clock_turn_ms bigint)
RETURNS TABLE (ordinal bigint, seq bigint, recorded_at text, outcome text, refused_by integer, retry_at_ms bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
  -- Without limits and windows it does not matter how many uses there were.
  looks_back constant boolean := cardinality(array_remove(count_maxes || count_windows, NULL)) > 0;
  batch_time timestamptz := clock_timestamp() + clock_turn_ms * interval '1 millisecond';
  new_log bytea;
  ids uuid[];
  known integer[] := '{}';
  -- In the order of `keys`: uses before the batch, uses so far, the time of the next use.
  keys text[] := ARRAY(SELECT DISTINCT k FROM unnest(count_keys) k ORDER BY k);
  held_keys text[];
  held_uses bigint[];
  held_times timestamptz[];
  uses_before bigint[];
  uses_so_far bigint[];
  times timestamptz[];
  item record;
  place integer;
  room_at timestamptz;
  used_counter uuid;
  oldest bigint;
  refused integer[] := '{}';
  passed integer[];
  passed_bodies text[] := bodies;
  is_counted boolean[] := array_fill(false, ARRAY[cardinality(bodies)]);
  used_keys text[];
  used bigint[];
BEGIN
  IF looks_back THEN
    PERFORM h.account_id FROM public.heads h WHERE h.account_id = account FOR UPDATE;
    IF NOT FOUND THEN
      new_log := substr(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 1, 16);
      INSERT INTO public.heads (account_id, log_id, next_seq, last_recorded_at)
        VALUES (account, new_log, 0, '-infinity') ON CONFLICT (account_id) DO NOTHING;
      PERFORM h.account_id FROM public.heads h WHERE h.account_id = account FOR UPDATE;
    END IF;
    batch_time := clock_timestamp() + clock_turn_ms * interval '1 millisecond';
    IF may_repeat THEN
      ids := ARRAY(SELECT (b.body::jsonb ->> 'id')::uuid FROM unnest(bodies) WITH ORDINALITY AS b (body, n) ORDER BY b.n);
      SELECT coalesce(array_agg(array_position(ids, e.id)), '{}') INTO known
        FROM public.events e WHERE e.account_id = account AND e.id = ANY (ids);
    END IF;
    SELECT array_agg(u.key), array_agg(u.uses), array_agg(u.last_used_at) INTO held_keys, held_uses, held_times
      FROM public.use_counters u WHERE u.account_id = account AND u.key = ANY (keys);
    SELECT array_agg(coalesce(u.uses, 0) ORDER BY k.n), array_agg(greatest(batch_time, u.last_used_at) ORDER BY k.n)
      INTO uses_before, times
      FROM unnest(keys) WITH ORDINALITY AS k (key, n)
      LEFT JOIN unnest(held_keys, held_uses, held_times) AS u (key, uses, last_used_at) ON u.key = k.key;
    uses_so_far := uses_before;

    <<items>>
    FOR item IN
      SELECT c.item AS n, array_agg(array_position(keys, c.key) ORDER BY c.n) AS places,
        array_agg(c.max ORDER BY c.n) AS maxes, array_agg(c.window_ms * interval '1 millisecond' ORDER BY c.n) AS windows
      FROM unnest(count_items, count_keys, count_maxes, count_windows) WITH ORDINALITY AS c (item, key, max, window_ms, n)
      WHERE c.item <> ALL (known) GROUP BY c.item ORDER BY c.item
    LOOP
      FOR k IN 1..cardinality(item.places) LOOP
        place := item.places[k];
        CONTINUE WHEN item.maxes[k] IS NULL OR uses_so_far[place] < item.maxes[k];
        room_at := NULL;
        IF item.windows[k] IS NOT NULL THEN
          IF uses_so_far[place] - item.maxes[k] >= uses_before[place] THEN
            room_at := times[place] + item.windows[k]; -- The use that must leave the window is one of this batch.
          ELSE
            used_counter := encode(substr(sha256(convert_to(keys[place], 'UTF8')), 1, 16), 'hex')::uuid;
            oldest := uses_so_far[place] - item.maxes[k] + 1;
            SELECT t.used_at INTO room_at FROM public.use_times t
              WHERE t.account_id = account AND t.counter = used_counter AND t.n = oldest;
            room_at := room_at + item.windows[k];
            -- Without a row it was pruned, being older than any window.
            CONTINUE WHEN room_at IS NULL OR room_at <= times[place];
          END IF;
        END IF;
        refused := refused || item.n;
        ordinal := item.n;
        outcome := 'refused';
        refused_by := k - 1;
        retry_at_ms := ceil(extract(epoch FROM room_at) * 1000);
        RETURN NEXT;
        CONTINUE items;
      END LOOP;
      FOR k IN 1..cardinality(item.places) LOOP
        place := item.places[k];
        -- What several counters of one event name was used once.
        CONTINUE WHEN array_position(item.places, place) < k;
        uses_so_far[place] := uses_so_far[place] + 1;
      END LOOP;
    END LOOP;

    IF cardinality(refused) = cardinality(bodies) THEN RETURN; END IF;
    IF cardinality(refused) > 0 THEN
      SELECT array_agg(g.n ORDER BY g.n), array_agg(g.body ORDER BY g.n) INTO passed, passed_bodies
        FROM unnest(bodies) WITH ORDINALITY AS g (body, n) WHERE g.n <> ALL (refused);
    END IF;
  END IF;

  refused_by := NULL;
  retry_at_ms := NULL;
  FOR item IN SELECT a.* FROM public.append_for_account(account, passed_bodies, may_repeat) a LOOP
    ordinal := coalesce(passed[item.ordinal], item.ordinal);
    seq := item.seq;
    recorded_at := item.recorded_at;
    outcome := item.outcome;
    is_counted[ordinal] := outcome = 'recorded';
    RETURN NEXT;
  END LOOP;

  -- Under the head's lock, which every append of this account holds by now, nobody else counts.
  SELECT array_agg(c.key), array_agg(c.uses) INTO used_keys, used FROM (
    SELECT c.key, count(DISTINCT c.item) AS uses FROM unnest(count_items, count_keys) AS c (item, key)
    WHERE is_counted[c.item] GROUP BY c.key
  ) c;
  IF used_keys IS NULL THEN RETURN; END IF;
  SELECT coalesce(array_agg(u.key), '{}') INTO held_keys
    FROM public.use_counters u WHERE u.account_id = account AND u.key = ANY (used_keys);
  UPDATE public.use_counters u SET uses = u.uses + n.uses, last_used_at = greatest(u.last_used_at, batch_time)
    FROM unnest(used_keys, used) AS n (key, uses) WHERE u.account_id = account AND u.key = n.key;
  INSERT INTO public.use_counters (account_id, key, uses, last_used_at)
    SELECT account, n.key, n.uses, batch_time FROM unnest(used_keys, used) AS n (key, uses) WHERE n.key <> ALL (held_keys);
  IF looks_back THEN
    INSERT INTO public.use_times (account_id, counter, n, used_at)
      SELECT account, encode(substr(sha256(convert_to(d.key, 'UTF8')), 1, 16), 'hex')::uuid, d.n, times[array_position(keys, d.key)]
      FROM (
        SELECT c.key, bool_or(c.window_ms IS NOT NULL) AS is_timed,
          uses_before[array_position(keys, c.key)] + row_number() OVER (PARTITION BY c.key ORDER BY c.item) AS n
        FROM unnest(count_items, count_keys, count_windows) AS c (item, key, window_ms)
        WHERE is_counted[c.item] GROUP BY c.key, c.item
      ) d
      WHERE d.is_timed;
  END IF;
END $$;
--> statement-breakpoint

CREATE OR REPLACE FUNCTION prune_use_times() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
  before timestamptz := clock_timestamp() - interval '25 hours';
BEGIN
  DELETE FROM public.use_times t WHERE t.used_at < before;
END $$;
