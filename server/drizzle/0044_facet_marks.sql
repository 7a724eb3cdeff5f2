-- Places: each facet of an account has a number, and what the search wants to know of it is a bit there. Of every value that a
-- filter may name, which facets have it; of every six hours, which facets have events.

-- A row of bits is read whole; compressed or beside the table it would cost more than it is long.
ALTER TABLE event_members SET (toast_tuple_target = 8160);
--> statement-breakpoint
ALTER TABLE event_spans SET (toast_tuple_target = 8160);
--> statement-breakpoint
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['event_members', 'event_spans'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY own_account ON %I TO keytrail_app
      USING (account_id = (SELECT current_account_id())) WITH CHECK (account_id = (SELECT current_account_id()))', name);
    EXECUTE format('CREATE POLICY roll_up ON %I TO keytrail_owner USING (true) WITH CHECK (true)', name);
    EXECUTE format('GRANT SELECT ON %I TO keytrail_app', name);
  END LOOP;
END $$;
--> statement-breakpoint

-- Sets the bits of the facets at the places `fresh`, for what they are, and those of the events after `since` up to `upto`, for
-- their spans. There are `width` places; rows with fewer bits have zeros beyond. Called by the two functions that roll up, so
-- that it is written as a worker takes it: what is read goes on in arrays, a statement changes one table.
CREATE FUNCTION mark_facets(account uuid, since timestamptz, upto timestamptz, fresh integer[], width integer) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  none constant bit varying := "bit"(B'0', width, true);
  members text[];
  member_values text[];
  spans timestamptz[];
  counts integer[];
  marks bit varying[];
  reason_counts integer[];
  reason_marks bit varying[];
  held_members text[];
  held_values text[];
  held_spans timestamptz[];
BEGIN
  IF cardinality(fresh) > 0 THEN
    SELECT array_agg(n.member), array_agg(n.value), array_agg(n.places) INTO members, member_values, marks FROM (
      SELECT v.member, v.value, bit_or(set_bit(none, k.place, 1))::bit varying AS places
      FROM public.event_facets k CROSS JOIN LATERAL (
        VALUES ('type', k.type), ('source', k.source), ('service', k.service), ('agent_id', k.agent_id::text),
          ('credential_id', k.credential_id::text), ('proxy_id', k.proxy_id::text), ('outcome', k.outcome),
          ('client', k.client), ('rule', k.rule), ('client_ip', host(k.client_ip))
        UNION ALL SELECT 'policy_ids', p.id::text FROM unnest(k.policy_ids) AS p (id)
        UNION ALL SELECT 'text', w.words FROM string_to_table(k.words, E'\n') AS w (words)
      ) AS v (member, value)
      WHERE k.account_id = account AND k.place = ANY (fresh) AND v.value IS NOT NULL
      GROUP BY v.member, v.value
    ) n;
    SELECT array_agg(m.member), array_agg(m.value) INTO held_members, held_values
      FROM public.event_members m JOIN unnest(members, member_values) AS n (member, value)
        ON m.member = n.member AND m.value = n.value
      WHERE m.account_id = account;
    UPDATE public.event_members m SET places = "bit"(m.places, width, true) | n.places
      FROM unnest(members, member_values, marks) AS n (member, value, places)
      WHERE m.account_id = account AND m.member = n.member AND m.value = n.value;
    INSERT INTO public.event_members (account_id, member, value, places)
    SELECT account, n.member, n.value, n.places FROM unnest(members, member_values, marks) AS n (member, value, places)
    WHERE NOT EXISTS (SELECT FROM unnest(held_members, held_values) AS h (member, value)
      WHERE h.member = n.member AND h.value = n.value);
  END IF;

  SELECT array_agg(n.span), array_agg(n.count), array_agg(n.places), array_agg(n.reasons), array_agg(n.reasoned)
    INTO spans, counts, marks, reason_counts, reason_marks FROM (
      SELECT f.span, sum(f.count)::integer AS count, bit_or(set_bit(none, k.place, 1))::bit varying AS places,
        sum(f.reasons)::integer AS reasons,
        coalesce(bit_or(set_bit(none, k.place, 1)) FILTER (WHERE f.reasons > 0), none)::bit varying AS reasoned
      FROM (
        SELECT u.span, u.facet, sum(u.count) AS count, sum(u.reasons) AS reasons FROM (
          SELECT date_bin('6 hours', e.recorded_at, '2000-01-01 00:00:00+00') AS span, e.facet, count(*) AS count, 0 AS reasons
          FROM public.events e WHERE e.account_id = account AND e.recorded_at > since AND e.recorded_at <= upto GROUP BY 1, 2
          UNION ALL
          SELECT date_bin('6 hours', r.recorded_at, '2000-01-01 00:00:00+00'), r.facet, 0, count(*)
          FROM public.event_reasons r WHERE r.account_id = account AND r.recorded_at > since AND r.recorded_at <= upto GROUP BY 1, 2
        ) u GROUP BY u.span, u.facet
      ) f JOIN public.event_facets k ON k.account_id = account AND k.facet = f.facet
      GROUP BY f.span
    ) n;
  SELECT array_agg(s.span) INTO held_spans FROM public.event_spans s WHERE s.account_id = account AND s.span = ANY (spans);
  UPDATE public.event_spans s SET count = s.count + n.count, places = "bit"(s.places, width, true) | n.places,
      reasons = s.reasons + n.reasons, reasoned = "bit"(s.reasoned, width, true) | n.reasoned
    FROM unnest(spans, counts, marks, reason_counts, reason_marks) AS n (span, count, places, reasons, reasoned)
    WHERE s.account_id = account AND s.span = n.span;
  INSERT INTO public.event_spans (account_id, span, count, places, reasons, reasoned)
  SELECT account, n.* FROM unnest(spans, counts, marks, reason_counts, reason_marks) AS n (span, count, places, reasons, reasoned)
  WHERE NOT EXISTS (SELECT FROM unnest(held_spans) AS h (span) WHERE h.span = n.span);
END $$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION mark_facets(uuid, timestamptz, timestamptz, integer[], integer) FROM PUBLIC;
--> statement-breakpoint

-- As in 0004; new facets are given places, those that are free again first.
CREATE OR REPLACE FUNCTION roll_up_events(account uuid, events_max integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan SET enable_seqscan = off SET enable_bitmapscan = off SET jit = off AS $$
DECLARE
  since timestamptz;
  upto timestamptz;
  taken integer;
  width integer;
  spare integer[];
  offered integer[];
  given integer;
BEGIN
  INSERT INTO public.event_rollups (account_id, rolled_until, pruned_until, count)
    VALUES (account, '-infinity', '-infinity', 0)
    ON CONFLICT DO NOTHING;
  SELECT r.rolled_until, r.places, r.spare_places INTO since, width, spare FROM public.event_rollups r WHERE r.account_id = account FOR UPDATE;
  SELECT max(n.recorded_at), count(*) INTO upto, taken
    FROM (SELECT e.recorded_at FROM public.events e WHERE e.account_id = account AND e.recorded_at > since
      ORDER BY e.recorded_at LIMIT events_max) n;
  IF taken = 0 THEN RETURN 0; END IF;
  offered := spare || ARRAY(SELECT generate_series(width, width + taken - 1));
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
  INSERT INTO public.event_facets (account_id, facet, place, agent_id, credential_id, proxy_id, policy_ids, type, source,
    outcome, client, service, client_ip, rule, agent_name, credential_label, proxy_name, words, count, reasons,
    first_at, last_at)
  SELECT account, fresh.facet, offered[row_number() OVER (ORDER BY fresh.first_at)], e.agent_id, e.credential_id, e.proxy_id, f."policyIds", e.type, e.source,
    e.outcome, e.client, e.service, e.client_ip, f.rule, f."agentName", f."credentialLabel", f."proxyName",
    lower(concat_ws(E'\n', f.title, e.service, f."credentialLabel", f."agentName", f."proxyName", f."siteOrigin",
      f."frameOrigin") COLLATE "und-x-icu"),
    fresh.count, fresh.reasons, fresh.first_at, fresh.last_at
  FROM fresh
  JOIN public.events e ON e.account_id = account AND e.recorded_at = fresh.last_at
  CROSS JOIN LATERAL jsonb_to_record(e.line::jsonb -> 'ev') AS f (title text, rule text, "agentName" text,
    "credentialLabel" text, "proxyName" text, "siteOrigin" text, "frameOrigin" text, "policyIds" uuid[])
  WHERE fresh.facet NOT IN (SELECT known.facet FROM known);
  GET DIAGNOSTICS given = ROW_COUNT;
  width := greatest(width, width + given - cardinality(spare));
  INSERT INTO public.event_slots AS s (account_id, facet, slot, count)
  SELECT account, e.facet, date_bin('30 minutes', e.recorded_at, '2000-01-01 00:00:00+00') AS slot, count(*)
  FROM public.events e WHERE e.account_id = account AND e.recorded_at > since AND e.recorded_at <= upto
  GROUP BY 2, 3
  ON CONFLICT (account_id, facet, slot) DO UPDATE SET count = s.count + excluded.count;
  INSERT INTO public.event_reasons (account_id, recorded_at, facet, reason)
  SELECT account, e.recorded_at, e.facet, lower(e.line::jsonb -> 'ev' ->> 'reason' COLLATE "und-x-icu")
  FROM public.events e WHERE e.account_id = account AND e.recorded_at > since AND e.recorded_at <= upto
    AND strpos(e.line, ',"reason":"') > 0 AND e.line::jsonb -> 'ev' ->> 'reason' IS NOT NULL;
  PERFORM public.mark_facets(account, since, upto, offered[1:given], width);
  UPDATE public.event_rollups r SET rolled_until = upto, count = r.count + taken, places = width, spare_places = spare[given + 1:]
    WHERE r.account_id = account;
  RETURN taken;
END $$;
--> statement-breakpoint

-- As in 0013, the same.
CREATE OR REPLACE FUNCTION roll_up_for_account(account uuid, events_max integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_custom_plan SET enable_seqscan = off SET enable_bitmapscan = off SET jit = off AS $$
DECLARE
  since timestamptz;
  upto timestamptz;
  taken integer;
  width integer;
  spare integer[];
  offered integer[];
  given integer;
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
  SELECT r.rolled_until, r.places, r.spare_places INTO since, width, spare FROM public.event_rollups r WHERE r.account_id = account FOR UPDATE;
  SELECT max(n.recorded_at), count(*) INTO upto, taken
    FROM (SELECT e.recorded_at FROM public.events e WHERE e.account_id = account AND e.recorded_at > since
      ORDER BY e.recorded_at LIMIT events_max) n;
  IF taken = 0 THEN RETURN 0; END IF;
  offered := spare || ARRAY(SELECT generate_series(width, width + taken - 1));

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
  SELECT array_agg(e.facet ORDER BY s.first_at), array_agg(e.line ORDER BY s.first_at) INTO new_facets, new_lines
    FROM public.events e JOIN unnest(facets, firsts) AS s (facet, first_at) ON s.facet = e.facet
    WHERE e.account_id = account AND e.facet <> ALL (known) AND e.recorded_at = ANY (lasts);
  INSERT INTO public.event_facets (account_id, facet, place, agent_id, credential_id, proxy_id, policy_ids, type, source,
    outcome, client, service, client_ip, rule, agent_name, credential_label, proxy_name, words, count, reasons,
    first_at, last_at)
  SELECT account, n.facet, n.place, f."agentId", f."credentialId", f."proxyId", f."policyIds", f.type, f.source,
    f.outcome, f.client, f.service, f."clientIp", f.rule, f."agentName", f."credentialLabel", f."proxyName",
    lower(concat_ws(E'\n', f.title, f.service, f."credentialLabel", f."agentName", f."proxyName", f."siteOrigin",
      f."frameOrigin") COLLATE "und-x-icu"),
    s.count, s.reasons, s.first_at, s.last_at
  FROM unnest(new_facets, new_lines, offered) AS n (facet, line, place)
  JOIN unnest(facets, counts, reasoned, firsts, lasts) AS s (facet, count, reasons, first_at, last_at) ON s.facet = n.facet
  CROSS JOIN LATERAL jsonb_to_record(n.line::jsonb -> 'ev') AS f (type text, source text, outcome text, client text,
    service text, "clientIp" inet, "agentId" uuid, "credentialId" uuid, "proxyId" uuid, title text, rule text,
    "agentName" text, "credentialLabel" text, "proxyName" text, "siteOrigin" text, "frameOrigin" text, "policyIds" uuid[]);
  GET DIAGNOSTICS given = ROW_COUNT;
  width := greatest(width, width + given - cardinality(spare));

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
  PERFORM public.mark_facets(account, since, upto, offered[1:given], width);
  spare := spare[given + 1:];
  UPDATE public.event_rollups r SET rolled_until = upto, count = r.count + taken, places = width, spare_places = spare
    WHERE r.account_id = account;
  RETURN taken;
END $$;
--> statement-breakpoint

-- As in 0013; a facet of which no event is left gives its place back.
CREATE OR REPLACE FUNCTION prune_events(account uuid, before timestamptz, body text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  said jsonb := body::jsonb;
  pruned timestamptz;
  aged record;
  taken integer;
  remaining bigint;
  width integer;
  emptied integer[];
  gone bit varying;
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
  DELETE FROM public.event_spans s WHERE s.account_id = account AND s.span < before;
  -- Whoever is given the place of a facet that is gone inherits nothing of it.
  SELECT r.places INTO width FROM public.event_rollups r WHERE r.account_id = account;
  SELECT array_agg(f.place ORDER BY f.place), bit_or(set_bit("bit"(B'0', width, true), f.place, 1)) INTO emptied, gone
    FROM public.event_facets f WHERE f.account_id = account AND f.count = 0;
  IF emptied IS NOT NULL THEN
    UPDATE public.event_members m SET places = "bit"(m.places, width, true) & ~gone
      WHERE m.account_id = account AND bit_count("bit"(m.places, width, true) & gone) > 0;
    DELETE FROM public.event_members m WHERE m.account_id = account AND bit_count(m.places) = 0;
    DELETE FROM public.event_facets f WHERE f.account_id = account AND f.count = 0;
  END IF;
  UPDATE public.event_facets f SET first_at = kept.first_at
    FROM (
      SELECT k.facet, hit.recorded_at AS first_at FROM public.event_facets k CROSS JOIN LATERAL (
        SELECT e.recorded_at FROM public.events e
        WHERE e.account_id = account AND e.facet = k.facet AND e.recorded_at >= before ORDER BY e.recorded_at LIMIT 1
      ) hit WHERE k.account_id = account AND k.first_at < before
    ) kept WHERE f.account_id = account AND f.facet = kept.facet;
  SELECT coalesce(sum(f.count), 0) INTO remaining FROM public.event_facets f WHERE f.account_id = account;
  UPDATE public.event_rollups r SET pruned_until = before, count = remaining,
      spare_places = r.spare_places || coalesce(emptied, '{}')
    WHERE r.account_id = account;
  RETURN true;
END $$;
--> statement-breakpoint

-- What was rolled up before.
UPDATE event_facets k SET place = n.place FROM (
  SELECT f.account_id, f.facet, row_number() OVER (PARTITION BY f.account_id ORDER BY f.first_at) - 1 AS place FROM event_facets f
) n WHERE k.account_id = n.account_id AND k.facet = n.facet;
--> statement-breakpoint
ALTER TABLE event_facets ALTER COLUMN place SET NOT NULL;
--> statement-breakpoint
CREATE UNIQUE INDEX event_facets_place ON event_facets (account_id, place);
--> statement-breakpoint
DO $$
DECLARE
  log record;
BEGIN
  FOR log IN
    SELECT r.account_id, r.rolled_until, r.pruned_until, (SELECT count(*) FROM event_facets k WHERE k.account_id = r.account_id)::integer AS width
    FROM event_rollups r ORDER BY r.account_id
  LOOP
    CONTINUE WHEN log.width = 0;
    PERFORM mark_facets(log.account_id, log.pruned_until - interval '1 microsecond', log.rolled_until,
      ARRAY(SELECT generate_series(0, log.width - 1)), log.width);
    UPDATE event_rollups SET places = log.width WHERE account_id = log.account_id;
  END LOOP;
END $$;
