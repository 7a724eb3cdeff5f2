-- What accesses are decided by has a version, so that a node may decide by what it loaded before: the use is recorded
-- only while that still holds. And one use is recorded in few steps, since it is what agents wait for.

-- The transaction that changed something has a number that no other has, of this database. Deferred, so that the head is
-- locked last, as it is for the event of the change; an account without a head has nothing loaded to hold.
CREATE FUNCTION note_settings_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
BEGIN
  UPDATE public.heads h SET settings_version = pg_current_xact_id()::text::bigint
    WHERE h.account_id = CASE TG_OP WHEN 'DELETE' THEN OLD.account_id ELSE NEW.account_id END
      AND h.settings_version <> pg_current_xact_id()::text::bigint;
  RETURN NULL;
END $$;
--> statement-breakpoint
-- When something was last used decides nothing, and is noted with every other use.
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['credentials', 'agents', 'agent_keys', 'grants', 'policies', 'policy_attachments', 'proxies',
    'proxy_keys', 'vault_locks'] LOOP
    EXECUTE format('CREATE CONSTRAINT TRIGGER settings_come_and_go AFTER INSERT OR DELETE ON %I DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION note_settings_change()', name);
    EXECUTE format('CREATE CONSTRAINT TRIGGER settings_change AFTER UPDATE ON %I DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW WHEN (to_jsonb(OLD) - ''last_used_at'' IS DISTINCT FROM to_jsonb(NEW) - ''last_used_at'')
      EXECUTE FUNCTION note_settings_change()', name);
  END LOOP;
END $$;
--> statement-breakpoint

-- Asked for in the statement that loads what it is the version of; null without a head.
CREATE FUNCTION settings_version(account uuid) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN (SELECT h.settings_version FROM public.heads h WHERE h.account_id = account);
END $$;
--> statement-breakpoint

-- Records one use, as `append_batch_counted` does, if and only if the account's settings have the version `expected` (null:
-- any). The answer is one row: 'recorded', or 'refused' with the place of the counter that has no room, from 0, or
-- 'outdated', and then nothing is written.
CREATE FUNCTION append_use(account uuid, body text, expected bigint, count_keys text[], count_maxes bigint[],
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

  SELECT a.seq, a.recorded_at, a.outcome INTO seq, recorded_at, outcome
    FROM public.append_batch(ARRAY[account], ARRAY[body], false) a;
  RETURN NEXT;
END $$;
--> statement-breakpoint

-- Records several, each with the version of its account's settings that it was decided by (null: any). A few are recorded one by
-- one; many as `append_batch_counted` does, and where one of those is outdated, those that are, are answered and nothing is written.
-- One that was recorded before is not outdated.
CREATE FUNCTION append_uses(account_ids uuid[], bodies text[], expected bigint[], may_repeat boolean, count_items integer[],
  count_keys text[], count_maxes bigint[], count_windows bigint[], clock_turn_ms bigint)
RETURNS TABLE (ordinal bigint, seq bigint, recorded_at text, outcome text, refused_by integer, retry_at_ms bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET jit = off AS $$
#variable_conflict use_column
DECLARE
  few constant integer := 4;
  counters record;
BEGIN
  PERFORM FROM public.heads h WHERE h.account_id = ANY (account_ids) ORDER BY h.account_id FOR UPDATE;
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
  RETURN QUERY SELECT a.* FROM public.append_batch_counted(account_ids, bodies, may_repeat, count_items, count_keys, count_maxes,
    count_windows, clock_turn_ms) a;
END $$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION note_settings_change(), settings_version(uuid),
  append_use(uuid, text, bigint, text[], bigint[], bigint[], bigint),
  append_uses(uuid[], text[], bigint[], boolean, integer[], text[], bigint[], bigint[], bigint) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION settings_version(uuid), append_use(uuid, text, bigint, text[], bigint[], bigint[], bigint),
  append_uses(uuid[], text[], bigint[], boolean, integer[], text[], bigint[], bigint[], bigint) TO keytrail_app;
