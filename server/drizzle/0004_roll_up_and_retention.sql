-- Facets: what the filters of the log are answered from. Retention: how aged events leave.

CREATE EXTENSION IF NOT EXISTS pg_trgm;
--> statement-breakpoint
CREATE EXTENSION IF NOT EXISTS btree_gin;
--> statement-breakpoint
CREATE INDEX event_reasons_words ON event_reasons USING gin (account_id, reason gin_trgm_ops);
--> statement-breakpoint
-- Whatever members a filter has, one index finds the facets that pass. Written to for new facets only.
CREATE INDEX event_facets_members ON event_facets USING gin (account_id, type, source, service, agent_id, credential_id,
  proxy_id, outcome, client, rule, words gin_trgm_ops) WITH (fastupdate = off);
--> statement-breakpoint

-- Two events that differ only in what is named here pass the same filters, stated reasons apart. Whatever is added to
-- events later makes facets finer until it is named here, which costs room and nothing else.
CREATE FUNCTION event_facet(ev jsonb) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN hashtextextended((ev - ARRAY['id', 'salt', 'occurredAt', 'action', 'fields', 'keyId', 'grantId',
  'decidingPolicyId', 'retryAt', 'reason', 'userAgent', 'clientName', 'deviceId', 'deviceSeq', 'correlationId',
  'count', 'firstSeq', 'lastSeq', 'note'])::text, 0);
--> statement-breakpoint

-- A rewrite of the table: no row is updated, so the triggers that keep the past have nothing to refuse.
ALTER TABLE events
  ALTER COLUMN facet TYPE bigint USING event_facet(line::jsonb -> 'ev'),
  ALTER COLUMN correlation_id TYPE uuid USING (line::jsonb -> 'ev' ->> 'correlationId')::uuid;
--> statement-breakpoint
ALTER TABLE events ALTER COLUMN facet SET NOT NULL;
--> statement-breakpoint
ALTER TABLE events DROP CONSTRAINT events_account_id_recorded_at_pk;
--> statement-breakpoint
ALTER TABLE events ADD CONSTRAINT events_account_id_recorded_at_pk PRIMARY KEY (account_id, recorded_at) INCLUDE (facet);
--> statement-breakpoint

-- As before, and with the weeks behind us where asked for: an empty log that is filled with old events needs them.
DROP FUNCTION ensure_event_partitions(integer);
--> statement-breakpoint
CREATE FUNCTION ensure_event_partitions(weeks_ahead integer, weeks_back integer DEFAULT 1) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
DECLARE
  week timestamptz := date_trunc('week', now()) - weeks_back * interval '7 days';
  leaf text;
  made integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('keytrail.event_partitions', 0));
  FOR n IN -weeks_back..weeks_ahead LOOP
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

-- The one writer of events, as described in 0001; the columns are joined by the facet and the correlation id.
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
  -- One wake-up a batch; who is woken reads the table. '*' stands for more accounts than a payload holds.
  PERFORM pg_notify('keytrail_events',
    CASE WHEN count(*) > 150 THEN '*' ELSE string_agg(woken.id, ' ') END)
    FROM (SELECT DISTINCT a::text AS id FROM unnest(account_ids) a) woken;
END $$;
--> statement-breakpoint

-- Carries an account's facets, slots and reasons on over at most `events_max` events; answers how many there were.
-- A head's lock orders the commits of its account, so what lies behind `rolled_until` is whole once it is seen.
CREATE FUNCTION roll_up_events(account uuid, events_max integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan SET enable_seqscan = off SET enable_bitmapscan = off SET jit = off AS $$
DECLARE
  since timestamptz;
  upto timestamptz;
  taken integer;
BEGIN
  INSERT INTO public.event_rollups (account_id, rolled_until, pruned_until, count)
    VALUES (account, '-infinity', '-infinity', 0)
    ON CONFLICT DO NOTHING;
  SELECT r.rolled_until INTO since FROM public.event_rollups r WHERE r.account_id = account FOR UPDATE;
  SELECT max(n.recorded_at), count(*) INTO upto, taken
    FROM (SELECT e.recorded_at FROM public.events e WHERE e.account_id = account AND e.recorded_at > since
      ORDER BY e.recorded_at LIMIT events_max) n;
  IF taken = 0 THEN RETURN 0; END IF;
  WITH fresh AS (
    SELECT e.facet, count(*) AS count, min(e.recorded_at) AS first_at, max(e.recorded_at) AS last_at,
      count(*) FILTER (WHERE strpos(e.line, ',"reason":"') > 0 AND e.line::jsonb -> 'ev' ->> 'reason' IS NOT NULL) AS reasons
    FROM public.events e WHERE e.account_id = account AND e.recorded_at > since AND e.recorded_at <= upto
    GROUP BY e.facet
  ), known AS (
    UPDATE public.event_facets k SET count = k.count + fresh.count, reasons = k.reasons + fresh.reasons,
      last_at = fresh.last_at
    FROM fresh WHERE k.account_id = account AND k.facet = fresh.facet
    RETURNING k.facet
  )
  INSERT INTO public.event_facets (account_id, facet, agent_id, credential_id, proxy_id, policy_ids, type, source,
    outcome, client, service, client_ip, rule, agent_name, credential_label, proxy_name, words, count, reasons,
    first_at, last_at)
  SELECT account, fresh.facet, e.agent_id, e.credential_id, e.proxy_id, f."policyIds", e.type, e.source,
    e.outcome, e.client, e.service, e.client_ip, f.rule, f."agentName", f."credentialLabel", f."proxyName",
    lower(concat_ws(E'\n', f.title, e.service, f."credentialLabel", f."agentName", f."proxyName", f."siteOrigin",
      f."frameOrigin") COLLATE "und-x-icu"),
    fresh.count, fresh.reasons, fresh.first_at, fresh.last_at
  FROM fresh
  JOIN public.events e ON e.account_id = account AND e.recorded_at = fresh.last_at
  CROSS JOIN LATERAL jsonb_to_record(e.line::jsonb -> 'ev') AS f (title text, rule text, "agentName" text,
    "credentialLabel" text, "proxyName" text, "siteOrigin" text, "frameOrigin" text, "policyIds" uuid[])
  WHERE fresh.facet NOT IN (SELECT known.facet FROM known);
  INSERT INTO public.event_slots AS s (account_id, facet, slot, count)
  SELECT account, e.facet, date_bin('30 minutes', e.recorded_at, '2000-01-01 00:00:00+00') AS slot, count(*)
  FROM public.events e WHERE e.account_id = account AND e.recorded_at > since AND e.recorded_at <= upto
  GROUP BY 2, 3
  ON CONFLICT (account_id, facet, slot) DO UPDATE SET count = s.count + excluded.count;
  INSERT INTO public.event_reasons (account_id, recorded_at, facet, reason)
  SELECT account, e.recorded_at, e.facet, lower(e.line::jsonb -> 'ev' ->> 'reason' COLLATE "und-x-icu")
  FROM public.events e WHERE e.account_id = account AND e.recorded_at > since AND e.recorded_at <= upto
    AND strpos(e.line, ',"reason":"') > 0 AND e.line::jsonb -> 'ev' ->> 'reason' IS NOT NULL;
  UPDATE public.event_rollups r SET rolled_until = upto, count = r.count + taken WHERE r.account_id = account;
  RETURN taken;
END $$;
--> statement-breakpoint

ALTER TABLE event_retention
  ADD CONSTRAINT event_retention_one CHECK (one),
  ADD CONSTRAINT event_retention_days CHECK (days BETWEEN 1 AND 36500);
--> statement-breakpoint
INSERT INTO event_retention (one, days) VALUES (true, 90);
--> statement-breakpoint

-- The partitions whose every event is older than the retention, oldest first. In UTC and ISO whatever the session's
-- settings: bounds are read from their text.
CREATE FUNCTION aged_event_partitions() RETURNS TABLE (leaf text, end_at timestamptz, days integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' AS $$
  SELECT bounds.leaf, bounds.week[1]::timestamptz, r.days FROM (
    SELECT c.relname AS leaf,
      regexp_match(pg_get_expr(c.relpartbound, c.oid), 'TO \(''([^'']+)''\)') AS week
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'public.events'::regclass
  ) bounds CROSS JOIN public.event_retention r
  WHERE bounds.week[1]::timestamptz <= now() - r.days * interval '1 day'
  ORDER BY 2
$$;
--> statement-breakpoint

-- The accounts that still have events recorded before `before`, and which: what their pruning event has to say.
CREATE FUNCTION prunable_accounts(before timestamptz) RETURNS TABLE (account_id uuid, count bigint, first_seq bigint, last_seq bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT e.account_id, count(*), min(e.seq), max(e.seq) FROM public.events e
  LEFT JOIN public.event_rollups r ON r.account_id = e.account_id
  WHERE e.recorded_at < before AND e.recorded_at >= coalesce(r.pruned_until, '-infinity')
  GROUP BY e.account_id
$$;
--> statement-breakpoint

-- Records the pruning `body` in an account's log and takes the account's events before `before` out of what readers
-- see; false when they are out already. `before` is the end of an aged partition, and the event says exactly what goes:
-- nobody prunes in silence, nobody prunes what is young, and the role that prunes records nothing else.
CREATE FUNCTION prune_events(account uuid, before timestamptz, body text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  said jsonb := body::jsonb;
  aged record;
BEGIN
  -- Another node may have been faster, up to the drop.
  IF EXISTS (SELECT FROM public.event_rollups r WHERE r.account_id = account AND r.pruned_until >= before) THEN
    RETURN false;
  END IF;
  IF NOT EXISTS (SELECT FROM public.aged_event_partitions() a WHERE a.end_at = before) THEN
    RAISE EXCEPTION 'no partition that has aged out ends at %', before USING ERRCODE = 'insufficient_privilege';
  END IF;
  PERFORM FROM public.heads h WHERE h.account_id = account FOR UPDATE;
  SELECT count(*) AS count, min(e.seq) AS first_seq, max(e.seq) AS last_seq INTO aged FROM public.events e
    WHERE e.account_id = account AND e.recorded_at < before AND e.recorded_at >= coalesce(
      (SELECT r.pruned_until FROM public.event_rollups r WHERE r.account_id = account), '-infinity');
  IF aged.count = 0 THEN RETURN false; END IF;
  IF said - ARRAY['id', 'salt', 'occurredAt', 'title', 'note'] IS DISTINCT FROM jsonb_build_object(
    'type', 'vault_change', 'action', 'prune', 'source', 'system', 'outcome', 'ok',
    'count', aged.count, 'firstSeq', aged.first_seq, 'lastSeq', aged.last_seq) THEN
    RAISE EXCEPTION 'a pruning is recorded as what it is' USING ERRCODE = 'insufficient_privilege';
  END IF;
  PERFORM FROM public.append_batch(ARRAY[account], ARRAY[body], false);
  -- What was never rolled up needs no taking back; rolled up it must be, or it would be counted later.
  WHILE public.roll_up_events(account, 10000) > 0 LOOP END LOOP;
  WITH gone AS (
    DELETE FROM public.event_slots s WHERE s.account_id = account AND s.slot < before RETURNING s.facet, s.count, 0 AS reasons
  ), unsaid AS (
    DELETE FROM public.event_reasons r WHERE r.account_id = account AND r.recorded_at < before
    RETURNING r.facet, 0 AS count, 1 AS reasons
  ), sums AS (
    SELECT g.facet, sum(g.count) AS count, sum(g.reasons) AS reasons
    FROM (SELECT * FROM gone UNION ALL SELECT * FROM unsaid) g GROUP BY g.facet
  )
  UPDATE public.event_facets f SET count = f.count - sums.count, reasons = f.reasons - sums.reasons
    FROM sums WHERE f.account_id = account AND f.facet = sums.facet;
  DELETE FROM public.event_facets f WHERE f.account_id = account AND f.count = 0;
  UPDATE public.event_facets f SET first_at = (SELECT e.recorded_at FROM public.events e
      WHERE e.account_id = account AND e.facet = f.facet AND e.recorded_at >= before ORDER BY e.recorded_at LIMIT 1)
    WHERE f.account_id = account AND f.first_at < before;
  UPDATE public.event_rollups r SET pruned_until = before,
      count = (SELECT coalesce(sum(f.count), 0) FROM public.event_facets f WHERE f.account_id = account)
    WHERE r.account_id = account;
  RETURN true;
END $$;
--> statement-breakpoint

-- Removes a partition that has aged out and from which every account's events are pruned; false when it is gone already.
-- Gives up after 200 ms rather than let every insert queue behind a slow reader; the caller tries again.
CREATE FUNCTION drop_event_partition(leaf_name text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '200ms' AS $$
DECLARE
  aged record;
BEGIN
  -- One at a time: two would each hold the log open against the other's lock.
  PERFORM pg_advisory_xact_lock(hashtextextended('keytrail.event_partitions', 0));
  IF to_regclass('public.' || quote_ident(leaf_name)) IS NULL THEN RETURN false; END IF;
  SELECT * INTO aged FROM public.aged_event_partitions() a WHERE a.leaf = leaf_name;
  IF NOT FOUND THEN
    RAISE EXCEPTION '% has not aged out', leaf_name USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF EXISTS (SELECT FROM public.prunable_accounts(aged.end_at)) THEN
    RAISE EXCEPTION '% holds events that are not pruned', leaf_name USING ERRCODE = 'object_in_use';
  END IF;
  EXECUTE format('ALTER TABLE public.events DETACH PARTITION public.%I', leaf_name);
  EXECUTE format('DROP TABLE public.%I', leaf_name);
  RETURN true;
END $$;
--> statement-breakpoint

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['event_facets', 'event_slots', 'event_reasons', 'event_rollups'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY own_account ON %I TO keytrail_app
      USING (account_id = (SELECT current_account_id())) WITH CHECK (account_id = (SELECT current_account_id()))', name);
    EXECUTE format('CREATE POLICY roll_up ON %I TO keytrail_owner USING (true) WITH CHECK (true)', name);
    EXECUTE format('GRANT SELECT ON %I TO keytrail_app', name);
  END LOOP;
END $$;
--> statement-breakpoint
GRANT SELECT ON event_retention TO keytrail_app, keytrail_retention;
--> statement-breakpoint
REVOKE ALL ON FUNCTION ensure_event_partitions(integer, integer), roll_up_events(uuid, integer), aged_event_partitions(),
  prunable_accounts(timestamptz), prune_events(uuid, timestamptz, text), drop_event_partition(text) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION ensure_event_partitions(integer, integer), roll_up_events(uuid, integer) TO keytrail_app;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION aged_event_partitions(), prunable_accounts(timestamptz),
  prune_events(uuid, timestamptz, text), drop_event_partition(text) TO keytrail_retention;
