-- As in 0039; many uses that have room together are counted together: a look at each counter, whatever the number of uses.
-- Where they have not, each takes its turn in `append_batch_counted`.
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
      LEFT JOIN public.use_times t ON t.account_id = c.account_id AND t.key = c.key
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
      INSERT INTO public.use_times (account_id, key, n, used_at)
        SELECT k.account_id, k.key, k.uses - w.uses + g.n, k.last_used_at
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
