-- What a log needs to lie on a worker of a distributed Postgres (docs/decisions/009-distribution.md): each statement names
-- one account by equality, writes one table, and inserts many rows from arrays rather than from a query over tables.
-- Nothing volatile and nothing of a column's goes into what an UPDATE sets, save sums. It all holds on any Postgres.

-- append_batch for one account, whose events it may be sent along with anything else that lies with the account. Who
-- waits for the log is told by the caller: a worker's notifications reach nobody.
CREATE FUNCTION append_for_account(account uuid, bodies text[], may_repeat boolean)
RETURNS TABLE (ordinal bigint, seq bigint, recorded_at text, outcome text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
  rfc3339 constant text := 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"';
  tick constant interval := interval '1 microsecond';
  new_log bytea;
  first_seq bigint;
  next_free bigint;
  first_at timestamptz;
  last_at timestamptz;
  ids uuid[];
  held record;
  ordinals bigint[] := ARRAY(SELECT generate_series(1, cardinality(bodies))::bigint);
  fresh text[];
  members record;
  facet_of bigint;
  line text;
  leaf bytea;
BEGIN
  SELECT h.next_seq, h.last_recorded_at INTO first_seq, last_at
    FROM public.heads h WHERE h.account_id = account FOR UPDATE;
  IF NOT FOUND THEN
    new_log := substr(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 1, 16);
    INSERT INTO public.heads (account_id, log_id, next_seq, last_recorded_at)
      VALUES (account, new_log, 0, '-infinity') ON CONFLICT (account_id) DO NOTHING;
    SELECT h.next_seq, h.last_recorded_at INTO first_seq, last_at
      FROM public.heads h WHERE h.account_id = account FOR UPDATE;
  END IF;
  -- Read after the lock: an earlier batch's clock must not lie behind ours.
  first_at := greatest(clock_timestamp(), last_at + tick);
  IF may_repeat THEN
    ids := ARRAY(SELECT (b.body::jsonb ->> 'id')::uuid FROM unnest(bodies) WITH ORDINALITY AS b (body, n) ORDER BY b.n);
    FOR held IN
      SELECT array_position(ids, e.id) AS n, e.seq, e.recorded_at, e.line
      FROM public.events e WHERE e.account_id = account AND e.id = ANY (ids)
    LOOP
      ordinals := array_remove(ordinals, held.n::bigint);
      RETURN QUERY VALUES (held.n::bigint, held.seq, to_char(held.recorded_at AT TIME ZONE 'UTC', rfc3339),
        CASE WHEN substr(held.line, 7, length(bodies[held.n])) = bodies[held.n]
            AND substr(held.line, 7 + length(bodies[held.n]), 8) = ',"rec":"'
          THEN 'repeated' ELSE 'conflict' END);
    END LOOP;
  END IF;
  IF cardinality(ordinals) = 0 THEN RETURN; END IF;
  next_free := first_seq + cardinality(ordinals);
  last_at := first_at + (cardinality(ordinals) - 1) * tick;
  UPDATE public.heads h SET next_seq = next_free, last_recorded_at = last_at WHERE h.account_id = account;
  IF cardinality(ordinals) = 1 THEN
    -- As plain values: a single row is an INSERT there, where many are a COPY into the partition.
    line := '{"ev":' || bodies[ordinals[1]] || ',"rec":"' || to_char(first_at AT TIME ZONE 'UTC', rfc3339) || '","seq":'
      || first_seq || ',"sig":null,"v":1}';
    leaf := sha256('\x00'::bytea || convert_to(line, 'UTF8'));
    facet_of := public.event_facet(bodies[ordinals[1]]::jsonb);
    SELECT * INTO members FROM jsonb_to_record(bodies[ordinals[1]]::jsonb) AS f (
      id uuid, type text, source text, outcome text, service text, client text,
      "agentId" uuid, "credentialId" uuid, "proxyId" uuid, "correlationId" uuid, "clientIp" inet);
    INSERT INTO public.events (account_id, recorded_at, seq, id, agent_id, credential_id, proxy_id, correlation_id,
      facet, type, source, outcome, client, service, client_ip, leaf_hash, line)
    VALUES (account, first_at, first_seq, members.id, members."agentId", members."credentialId", members."proxyId",
      members."correlationId", facet_of, members.type, members.source, members.outcome, members.client, members.service,
      members."clientIp", leaf, line);
  ELSE
    fresh := ARRAY(SELECT bodies[o.n] FROM unnest(ordinals) WITH ORDINALITY AS o (n, place) ORDER BY o.place);
    INSERT INTO public.events (account_id, recorded_at, seq, id, agent_id, credential_id, proxy_id, correlation_id,
      facet, type, source, outcome, client, service, client_ip, leaf_hash, line)
    SELECT account, n.recorded_at, n.seq, f.id, f."agentId", f."credentialId", f."proxyId", f."correlationId",
      public.event_facet(b.ev), f.type, f.source, f.outcome, f.client, f.service, f."clientIp",
      sha256('\x00'::bytea || convert_to(w.line, 'UTF8')), w.line
    FROM unnest(fresh) WITH ORDINALITY AS g (body, place)
    CROSS JOIN LATERAL (SELECT first_seq + g.place - 1 AS seq, first_at + (g.place - 1) * tick AS recorded_at) n
    CROSS JOIN LATERAL (SELECT '{"ev":' || g.body || ',"rec":"' || to_char(n.recorded_at AT TIME ZONE 'UTC', rfc3339)
      || '","seq":' || n.seq || ',"sig":null,"v":1}' AS line) w
    CROSS JOIN LATERAL (SELECT g.body::jsonb AS ev OFFSET 0) b
    CROSS JOIN LATERAL jsonb_to_record(b.ev) AS f (
      id uuid, type text, source text, outcome text, service text, client text,
      "agentId" uuid, "credentialId" uuid, "proxyId" uuid, "correlationId" uuid, "clientIp" inet);
  END IF;
  RETURN QUERY
    SELECT o.n, first_seq + o.place - 1, to_char((first_at + (o.place - 1) * tick) AT TIME ZONE 'UTC', rfc3339), 'recorded'
    FROM unnest(ordinals) WITH ORDINALITY AS o (n, place);
END $$;
--> statement-breakpoint

-- roll_up_events for a worker: what it reads of the log it takes along in arrays. Some more statements, so some more time.
CREATE FUNCTION roll_up_for_account(account uuid, events_max integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan SET enable_seqscan = off SET enable_bitmapscan = off SET jit = off AS $$
DECLARE
  since timestamptz;
  upto timestamptz;
  taken integer;
  facets bigint[];
  counts bigint[];
  reasoned bigint[];
  firsts timestamptz[];
  lasts timestamptz[];
  known bigint[];
  new_facets bigint[];
  new_lines text[];
  slot_facets bigint[];
  slots timestamptz[];
  slot_counts integer[];
  held_facets bigint[];
  held_slots timestamptz[];
  said_at timestamptz[];
  said_facets bigint[];
  said text[];
BEGIN
  INSERT INTO public.event_rollups (account_id, rolled_until, pruned_until, count)
    VALUES (account, '-infinity', '-infinity', 0)
    ON CONFLICT (account_id) DO NOTHING;
  SELECT r.rolled_until INTO since FROM public.event_rollups r WHERE r.account_id = account FOR UPDATE;
  SELECT max(n.recorded_at), count(*) INTO upto, taken
    FROM (SELECT e.recorded_at FROM public.events e WHERE e.account_id = account AND e.recorded_at > since
      ORDER BY e.recorded_at LIMIT events_max) n;
  IF taken = 0 THEN RETURN 0; END IF;

  SELECT array_agg(f.facet), array_agg(f.count), array_agg(f.reasons), array_agg(f.first_at), array_agg(f.last_at)
    INTO facets, counts, reasoned, firsts, lasts
    FROM (
      SELECT e.facet, count(*) AS count, min(e.recorded_at) AS first_at, max(e.recorded_at) AS last_at,
        count(*) FILTER (WHERE strpos(e.line, ',"reason":"') > 0 AND e.line::jsonb -> 'ev' ->> 'reason' IS NOT NULL) AS reasons
      FROM public.events e WHERE e.account_id = account AND e.recorded_at > since AND e.recorded_at <= upto
      GROUP BY e.facet
    ) f;
  SELECT coalesce(array_agg(k.facet), '{}') INTO known
    FROM public.event_facets k WHERE k.account_id = account AND k.facet = ANY (facets);
  UPDATE public.event_facets k SET count = k.count + n.count, reasons = k.reasons + n.reasons, last_at = n.last_at
    FROM unnest(facets, counts, reasoned, lasts) AS n (facet, count, reasons, last_at)
    WHERE k.account_id = account AND k.facet = n.facet;
  -- What the events of a facet have in common is read from its last one.
  SELECT array_agg(e.facet), array_agg(e.line) INTO new_facets, new_lines
    FROM public.events e WHERE e.account_id = account AND e.facet <> ALL (known) AND e.recorded_at = ANY (lasts);
  INSERT INTO public.event_facets (account_id, facet, agent_id, credential_id, proxy_id, policy_ids, type, source,
    outcome, client, service, client_ip, rule, agent_name, credential_label, proxy_name, words, count, reasons,
    first_at, last_at)
  SELECT account, n.facet, f."agentId", f."credentialId", f."proxyId", f."policyIds", f.type, f.source,
    f.outcome, f.client, f.service, f."clientIp", f.rule, f."agentName", f."credentialLabel", f."proxyName",
    lower(concat_ws(E'\n', f.title, f.service, f."credentialLabel", f."agentName", f."proxyName", f."siteOrigin",
      f."frameOrigin") COLLATE "und-x-icu"),
    s.count, s.reasons, s.first_at, s.last_at
  FROM unnest(new_facets, new_lines) AS n (facet, line)
  JOIN unnest(facets, counts, reasoned, firsts, lasts) AS s (facet, count, reasons, first_at, last_at) ON s.facet = n.facet
  CROSS JOIN LATERAL jsonb_to_record(n.line::jsonb -> 'ev') AS f (type text, source text, outcome text, client text,
    service text, "clientIp" inet, "agentId" uuid, "credentialId" uuid, "proxyId" uuid, title text, rule text,
    "agentName" text, "credentialLabel" text, "proxyName" text, "siteOrigin" text, "frameOrigin" text, "policyIds" uuid[]);

  SELECT array_agg(s.facet), array_agg(s.slot), array_agg(s.count) INTO slot_facets, slots, slot_counts
    FROM (
      SELECT e.facet, date_bin('30 minutes', e.recorded_at, '2000-01-01 00:00:00+00') AS slot, count(*)::integer AS count
      FROM public.events e WHERE e.account_id = account AND e.recorded_at > since AND e.recorded_at <= upto
      GROUP BY 1, 2
    ) s;
  SELECT array_agg(s.facet), array_agg(s.slot) INTO held_facets, held_slots
    FROM public.event_slots s JOIN unnest(slot_facets, slots) AS n (facet, slot) ON s.facet = n.facet AND s.slot = n.slot
    WHERE s.account_id = account;
  UPDATE public.event_slots s SET count = s.count + n.count
    FROM unnest(slot_facets, slots, slot_counts) AS n (facet, slot, count)
    WHERE s.account_id = account AND s.facet = n.facet AND s.slot = n.slot;
  INSERT INTO public.event_slots (account_id, facet, slot, count)
  SELECT account, n.facet, n.slot, n.count FROM unnest(slot_facets, slots, slot_counts) AS n (facet, slot, count)
  WHERE NOT EXISTS (SELECT FROM unnest(held_facets, held_slots) AS h (facet, slot)
    WHERE h.facet = n.facet AND h.slot = n.slot);

  SELECT array_agg(e.recorded_at), array_agg(e.facet), array_agg(lower(e.line::jsonb -> 'ev' ->> 'reason' COLLATE "und-x-icu"))
    INTO said_at, said_facets, said
    FROM public.events e WHERE e.account_id = account AND e.recorded_at > since AND e.recorded_at <= upto
      AND strpos(e.line, ',"reason":"') > 0 AND e.line::jsonb -> 'ev' ->> 'reason' IS NOT NULL;
  INSERT INTO public.event_reasons (account_id, recorded_at, facet, reason)
  SELECT account, n.recorded_at, n.facet, n.reason FROM unnest(said_at, said_facets, said) AS n (recorded_at, facet, reason);
  UPDATE public.event_rollups r SET rolled_until = upto, count = r.count + taken WHERE r.account_id = account;
  RETURN taken;
END $$;
--> statement-breakpoint

-- Asked of all accounts at once, by the job that prunes; grouped by account, so that every
-- worker answers for its own. In plpgsql, for a distributed Postgres plans no query of an SQL function with arguments.
CREATE OR REPLACE FUNCTION prunable_accounts(before timestamptz) RETURNS TABLE (account_id uuid, count bigint, first_seq bigint, last_seq bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
    SELECT e.account_id, count(*), min(e.seq), max(e.seq) FROM public.events e
    LEFT JOIN public.event_rollups r ON r.account_id = e.account_id
    WHERE e.recorded_at < before AND e.recorded_at >= coalesce(r.pruned_until, '-infinity')
    GROUP BY e.account_id;
END $$;
--> statement-breakpoint

-- As in 0004, statement by statement.
CREATE OR REPLACE FUNCTION prune_events(account uuid, before timestamptz, body text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  said jsonb := body::jsonb;
  pruned timestamptz;
  aged record;
  taken integer;
  remaining bigint;
BEGIN
  -- Another node may have been faster, up to the drop.
  SELECT r.pruned_until INTO pruned FROM public.event_rollups r WHERE r.account_id = account;
  IF pruned >= before THEN RETURN false; END IF;
  IF NOT EXISTS (SELECT FROM public.aged_event_partitions() a WHERE a.end_at = before) THEN
    RAISE EXCEPTION 'no partition that has aged out ends at %', before USING ERRCODE = 'insufficient_privilege';
  END IF;
  PERFORM h.account_id FROM public.heads h WHERE h.account_id = account FOR UPDATE;
  SELECT r.pruned_until INTO pruned FROM public.event_rollups r WHERE r.account_id = account;
  pruned := coalesce(pruned, '-infinity');
  SELECT count(*) AS count, min(e.seq) AS first_seq, max(e.seq) AS last_seq INTO aged FROM public.events e
    WHERE e.account_id = account AND e.recorded_at < before AND e.recorded_at >= pruned;
  IF aged.count = 0 THEN RETURN false; END IF;
  IF said - ARRAY['id', 'salt', 'occurredAt', 'title', 'note'] IS DISTINCT FROM jsonb_build_object(
    'type', 'vault_change', 'action', 'prune', 'source', 'system', 'outcome', 'ok',
    'count', aged.count, 'firstSeq', aged.first_seq, 'lastSeq', aged.last_seq) THEN
    RAISE EXCEPTION 'a pruning is recorded as what it is' USING ERRCODE = 'insufficient_privilege';
  END IF;
  PERFORM a.seq FROM public.append_for_account(account, ARRAY[body], false) a;
  PERFORM pg_notify('keytrail_events', account::text);
  -- What was never rolled up needs no taking back; rolled up it must be, or it would be counted later.
  LOOP
    SELECT r.taken INTO taken FROM public.roll_up_for_account(account, 10000) AS r (taken);
    EXIT WHEN taken = 0;
  END LOOP;
  UPDATE public.event_facets f SET count = f.count - sums.count, reasons = f.reasons - sums.reasons
    FROM (
      SELECT g.facet, sum(g.count)::bigint AS count, sum(g.reasons)::bigint AS reasons FROM (
        SELECT s.facet, s.count, 0 AS reasons FROM public.event_slots s WHERE s.account_id = account AND s.slot < before
        UNION ALL
        SELECT r.facet, 0, 1 FROM public.event_reasons r WHERE r.account_id = account AND r.recorded_at < before
      ) g GROUP BY g.facet
    ) sums WHERE f.account_id = account AND f.facet = sums.facet;
  DELETE FROM public.event_slots s WHERE s.account_id = account AND s.slot < before;
  DELETE FROM public.event_reasons r WHERE r.account_id = account AND r.recorded_at < before;
  DELETE FROM public.event_facets f WHERE f.account_id = account AND f.count = 0;
  UPDATE public.event_facets f SET first_at = kept.first_at
    FROM (
      SELECT k.facet, hit.recorded_at AS first_at FROM public.event_facets k CROSS JOIN LATERAL (
        SELECT e.recorded_at FROM public.events e
        WHERE e.account_id = account AND e.facet = k.facet AND e.recorded_at >= before ORDER BY e.recorded_at LIMIT 1
      ) hit WHERE k.account_id = account AND k.first_at < before
    ) kept WHERE f.account_id = account AND f.facet = kept.facet;
  SELECT coalesce(sum(f.count), 0) INTO remaining FROM public.event_facets f WHERE f.account_id = account;
  UPDATE public.event_rollups r SET pruned_until = before, count = remaining WHERE r.account_id = account;
  RETURN true;
END $$;
--> statement-breakpoint

-- append_batch_counted for one account: what it decides and records, under the same lock, in the same order.
CREATE FUNCTION append_for_account_counted(account uuid, bodies text[], may_repeat boolean, count_items integer[],
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
  used_key text;
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
            used_key := keys[place];
            oldest := uses_so_far[place] - item.maxes[k] + 1;
            SELECT t.used_at INTO room_at FROM public.use_times t
              WHERE t.account_id = account AND t.key = used_key AND t.n = oldest;
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
    INSERT INTO public.use_times (account_id, key, n, used_at)
      SELECT account, d.key, d.n, times[array_position(keys, d.key)]
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

-- As in 0009. Of all accounts at once, so every worker does it for its own; the moment is said, for a worker's would differ.
CREATE OR REPLACE FUNCTION prune_use_times() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
  before timestamptz := clock_timestamp() - interval '25 hours';
BEGIN
  DELETE FROM public.use_times t USING public.heads h WHERE t.account_id = h.account_id AND t.used_at < before;
END $$;
--> statement-breakpoint

-- As in 0009, in plpgsql: see above.
CREATE OR REPLACE FUNCTION accounts_with_denial_folds(before timestamptz) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY SELECT DISTINCT f.account_id FROM public.denial_folds f WHERE f.first_at < before;
END $$;
--> statement-breakpoint

REVOKE ALL ON FUNCTION append_for_account(uuid, text[], boolean), roll_up_for_account(uuid, integer),
  append_for_account_counted(uuid, text[], boolean, integer[], text[], bigint[], bigint[], bigint) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION append_for_account(uuid, text[], boolean), roll_up_for_account(uuid, integer),
  append_for_account_counted(uuid, text[], boolean, integer[], text[], bigint[], bigint[], bigint) TO keytrail_app;
--> statement-breakpoint

-- The members that two objects have alike. A function, for a cluster takes no subquery in what an INSERT does on conflict.
CREATE FUNCTION common_members(one jsonb, other jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT jsonb_object_agg(said.key, said.value) FROM jsonb_each(one) said WHERE other -> said.key = said.value;
END;
--> statement-breakpoint
REVOKE ALL ON FUNCTION common_members(jsonb, jsonb) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION common_members(jsonb, jsonb) TO keytrail_app;
