-- An append that counts: events and the uses that they are, decided and recorded under the lock of the head.

-- Records like `append_batch`, and counts. The k-th counter belongs to the event at place count_items[k] of the batch;
-- count_keys[k] names what is used, count_maxes[k] how many uses there may be (null: any number), count_windows[k] within
-- how many milliseconds (null: ever). An event is recorded, and each of its keys goes up by one, if all its counters have
-- room; else nothing of it is written and the answer is 'refused', with the place of the first of its counters that has no
-- room, from 0, and when that one has room again, if ever. Events take their turns in the order of the batch. One that
-- was recorded before keeps its receipt and counts no more.
-- A limit looks at one row: after `uses` uses there is room if use number `uses - max + 1`, the oldest of the last `max`,
-- has left the window. Time is this server's clock, read under the locks: nodes whose clocks differ share one window. No
-- use is dated before the one it follows. `clock_turn_ms` is for tests, which turn the clock.
CREATE FUNCTION append_batch_counted(account_ids uuid[], bodies text[], may_repeat boolean, count_items integer[],
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
              WHERE t.account_id = account_ids[item.n] AND t.key = item.keys[k]
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
    INSERT INTO public.use_times (account_id, key, n, used_at)
      SELECT d.account_id, d.key, d.n, times[d.place]
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

-- Forgets when uses were that no limit looks back to any more: the longest window is a day. The counters themselves stay.
CREATE FUNCTION prune_use_times() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
  DELETE FROM public.use_times t USING public.heads h
  WHERE t.account_id = h.account_id AND t.used_at < clock_timestamp() - interval '25 hours'
$$;
--> statement-breakpoint

-- The accounts that have denials to record which were folded before `before`.
CREATE FUNCTION accounts_with_denial_folds(before timestamptz) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT DISTINCT f.account_id FROM public.denial_folds f WHERE f.first_at < before
$$;
--> statement-breakpoint
CREATE POLICY find ON denial_folds FOR SELECT TO keytrail_owner USING (true);
--> statement-breakpoint
REVOKE ALL ON FUNCTION append_batch_counted(uuid[], text[], boolean, integer[], text[], bigint[], bigint[], bigint),
  prune_use_times(), accounts_with_denial_folds(timestamptz) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION append_batch_counted(uuid[], text[], boolean, integer[], text[], bigint[], bigint[], bigint),
  prune_use_times(), accounts_with_denial_folds(timestamptz) TO keytrail_app;
--> statement-breakpoint

-- Grants were used before their uses were counted.
INSERT INTO use_counters (account_id, key, uses, last_used_at)
  SELECT e.account_id, 'grant ' || (e.line::jsonb -> 'ev' ->> 'grantId'), count(*), max(e.recorded_at)
  FROM events e
  WHERE e.type = 'agent_access' AND e.outcome = 'ok' AND e.line::jsonb -> 'ev' ->> 'grantId' IS NOT NULL
  GROUP BY 1, 2;
