-- Whatever the index over the members found, the bits say.
DROP INDEX event_facets_members;
--> statement-breakpoint

-- The search of a log anew: one page under a filter, at a cost that grows neither with the log nor with its facets.
--
-- The bits of a filter's values, joined, say which facets pass; those of a span of six hours, which of them have events there. So
-- the search goes from span to span, beginning where the page does, and past those in which nothing passes. Spans that should
-- fill the page are walked or, where few of their events pass, asked for each facet by its index, whichever is less. What is not
-- rolled up yet is looked at one by one. What reasons say is walked to where many nearby say it, and else looked up by its letters.
--
-- In the database, because a page takes several statements over all partitions: here they are planned once a
-- connection and wait for nobody in between. Two functions from one text, one a direction: older goes from `high` down,
-- newer from `low` up. A null list admits everything. They work as the owner, because row-level security keeps what may
-- leak, such as LIKE, from its index; so they ask for the account themselves before anything else.
DO $make$
DECLARE
  direction record;
  -- On a cluster the functions were told to plan for each account.
  plan_mode constant text := CASE WHEN 'plan_cache_mode=force_custom_plan' = ANY (
    (SELECT p.proconfig FROM pg_proc p WHERE p.proname = 'search_events_older' AND p.pronamespace = 'public'::regnamespace)::text[])
    THEN 'force_custom_plan' ELSE 'force_generic_plan' END;
  -- Looks at what is not rolled up, event by event.
  direct constant text := $direct$
  direct_low := greatest(low, rolled + tick);
  IF last_at > rolled AND direct_low < high THEN
    RETURN QUERY SELECT e.line FROM events e
      CROSS JOIN LATERAL (SELECT CASE WHEN num_nonnulls(policies, wanted) > 0 THEN e.line::jsonb -> 'ev' END AS ev) l
      WHERE e.account_id = account AND e.recorded_at >= direct_low AND e.recorded_at < high
        AND (types IS NULL OR e.type = ANY (types)) AND (sources IS NULL OR e.source = ANY (sources))
        AND (services IS NULL OR e.service = ANY (services)) AND (agent_ids IS NULL OR e.agent_id = ANY (agent_ids))
        AND (credential_ids IS NULL OR e.credential_id = ANY (credential_ids))
        AND (proxy_ids IS NULL OR e.proxy_id = ANY (proxy_ids))
        AND (policies IS NULL OR l.ev -> 'policyIds' ?| policies::text[])
        AND (outcomes IS NULL OR e.outcome = ANY (outcomes)) AND (clients IS NULL OR e.client = ANY (clients))
        -- Only denials have a rule, so few lines are parsed.
        AND (rules IS NULL OR (e.outcome = 'denied' AND e.line::jsonb -> 'ev' ->> 'rule' = ANY (rules)))
        AND (ranges IS NULL OR e.client_ip <<= ANY (ranges))
        AND (wanted IS NULL OR strpos(lower(concat_ws(E'\n', l.ev ->> 'title', l.ev ->> 'service',
          l.ev ->> 'credentialLabel', l.ev ->> 'agentName', l.ev ->> 'proxyName', l.ev ->> 'reason',
          l.ev ->> 'siteOrigin', l.ev ->> 'frameOrigin') COLLATE "und-x-icu"), wanted) > 0)
      ORDER BY e.recorded_at <order> LIMIT page_size;
    GET DIAGNOSTICS walked = ROW_COUNT;
    page_size := page_size - walked;
    IF page_size = 0 THEN RETURN; END IF;
  END IF;$direct$;
  -- The facets whose bits are set: between these lie the pieces of a text of zeros. The last piece leads to no place.
  facets_of constant text := $facets$
              SELECT k.place, k.facet FROM (
                SELECT (sum(length(z.zeros) + 1) OVER (ORDER BY z.n))::integer - 1 AS place
                FROM unnest(string_to_array(pending::text, '1')) WITH ORDINALITY AS z (zeros, n)
              ) p CROSS JOIN LATERAL (
                SELECT k.place, k.facet FROM event_facets k WHERE k.account_id = account AND k.place = p.place LIMIT 1
              ) k OFFSET 0$facets$;
  -- From span to span, until the page is full. Spans are put off until what passes in them should fill it; then they are walked, or
  -- each facet that passes is looked up in each of its spans, whichever is less. `share` of what passes is expected to be found.
  spans constant text := $spans$
      FOR span IN
        SELECT s.span, s.count, s.places, bit_count(s.places) AS facets FROM (
          SELECT t.span, t.<count> AS count, "bit"(t.<places>, width, true) & sought AS places FROM event_spans t
          WHERE t.account_id = account AND t.span > rest_low - span_long AND t.span < rest_high
          ORDER BY t.span <order> OFFSET 0
        ) s WHERE bit_count(s.places) > 0
      LOOP
        part := 1;
        IF span.span < rest_low OR span.span + span_long > rest_high THEN
          part := extract(epoch FROM least(rest_high, span.span + span_long) - greatest(rest_low, span.span)) / extract(epoch FROM span_long);
        END IF;
        IF pending IS NULL THEN
          pending := span.places;
          from_span := span.span;
        ELSE
          pending := pending | span.places;
        END IF;
        pending_spans := array_append(pending_spans, span.span);
        <keep the bits>
        visits := visits + span.facets;
        passed := passed + span.count;
        likely := likely + share * span.facets * part;
        to_span := span.span;
        to_count := span.count;
        IF likely + cardinality(found) >= page_size THEN
          <take>
          EXIT WHEN cardinality(found) >= page_size;
        END IF;
      END LOOP;
      IF pending IS NOT NULL AND cardinality(found) < page_size THEN
        <take>
      END IF;
$spans$;
  take constant text := $take$
          more_low := greatest(rest_low, least(from_span, to_span));
          more_high := least(rest_high, greatest(from_span, to_span) + span_long);
          -- As many events of each facet as others have in the last of these, and as many in between as in these.
          hits := likely * to_count
            / (SELECT bit_count(t.<places>) FROM event_spans t WHERE t.account_id = account AND t.span = to_span);
          steps := passed / cardinality(pending_spans) * extract(epoch FROM more_high - more_low) / extract(epoch FROM span_long)
            * least(1, (page_size - cardinality(found)) / hits) * <steps a row>;
          by_row := steps * steps_by_row < steps + bit_count(pending) * steps_per_facet;
          IF least(steps * steps_by_row, steps + bit_count(pending) * steps_per_facet) < visits * steps_per_visit THEN
            found := found || ARRAY(
              SELECT w.recorded_at FROM (
                SELECT e.recorded_at, e.facet <said> FROM <log> e
                WHERE e.account_id = account AND e.recorded_at >= more_low AND e.recorded_at < more_high
                ORDER BY e.recorded_at <order>
              ) w
              WHERE CASE WHEN by_row
                  THEN (SELECT get_bit(pending, k.place) FROM event_facets k WHERE k.account_id = account AND k.facet = w.facet) = 1
                  ELSE (w.facet IN (SELECT k.facet FROM (<facets>) k)) IS TRUE END <and is said>
              ORDER BY w.recorded_at <order> LIMIT page_size - cardinality(found));
          ELSE
            -- As rows and in the index's order, so that only the index over facets answers it: by facet and instant apart, the
            -- key looks as cheap, and the whole span would be walked for each facet.
            found := found || ARRAY(
              SELECT hit.recorded_at FROM (<facets>) k
                <each span>
                CROSS JOIN LATERAL (
                  SELECT e.recorded_at FROM <log> e
                  WHERE e.account_id = account AND (e.facet, e.recorded_at) >= (k.facet, <span low>)
                    AND (e.facet, e.recorded_at) < (k.facet, <span high>) <within the span>
                    AND e.recorded_at >= more_low AND e.recorded_at < more_high <and said>
                  ORDER BY e.facet <order>, e.recorded_at <order> LIMIT page_size
                ) hit
              ORDER BY hit.recorded_at <order> LIMIT page_size - cardinality(found));
          END IF;
          pending := NULL;
          pending_spans := '{}';
          pending_bits := '{}';
          visits := 0;
          passed := 0;
          likely := 0;$take$;
  template constant text := $template$
CREATE OR REPLACE FUNCTION <name>(account uuid, low timestamptz, high timestamptz, page_size integer, types text[], sources text[],
  services text[], agent_ids uuid[], credential_ids uuid[], proxy_ids uuid[], policies uuid[], outcomes text[],
  clients text[], rules text[], ranges inet[], wanted text)
RETURNS TABLE (line text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
-- All access is by key and in order, whatever the sizes of accounts: estimates could only mislead.
-- Bitmaps are what the index over letters is read as; the reader's pool does without.
SET plan_cache_mode = <plan mode> SET enable_seqscan = off SET enable_sort = off SET enable_bitmapscan = on
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_material = off SET jit = off AS $function$
#variable_conflict use_column
DECLARE
  -- What things cost, in steps of a walk: to ask for a step's facet, to find a facet that passes, to look it up in a span.
  steps_by_row constant integer := 18;
  steps_per_facet constant integer := 10;
  steps_per_visit constant integer := 22;
  reason_steps constant integer := 200;
  -- Of that many reasons; what more say is often said.
  said_max constant integer := 2;
  tick constant interval := interval '1 microsecond';
  span_long constant interval := interval '6 hours';
  rolled timestamptz;
  last_at timestamptz;
  width integer;
  named constant integer := num_nonnulls(types, sources, services, agent_ids, credential_ids, proxy_ids, policies, outcomes,
    clients, rules, ranges);
  addresses text[];
  texts text[];
  passing bit varying;
  sought bit varying;
  share double precision := 1;
  span record;
  part double precision;
  pending bit varying;
  pending_spans timestamptz[] := '{}';
  pending_bits bit varying[] := '{}';
  from_span timestamptz;
  to_span timestamptz;
  to_count integer;
  visits integer := 0;
  passed bigint := 0;
  likely double precision := 0;
  hits double precision;
  by_row boolean;
  direct_low timestamptz;
  found timestamptz[] := '{}';
  more timestamptz[];
  more_low timestamptz;
  more_high timestamptz;
  steps double precision;
  walked integer;
  said integer;
  is_full boolean;
  nearby text[];
  piece text;
  reached timestamptz;
  pattern text := '%' || regexp_replace(wanted, '([\\%_])', '\\\1', 'g') || '%';
  rest_low timestamptz;
  rest_high timestamptz;
BEGIN
  IF account IS DISTINCT FROM current_account_id() THEN
    RAISE EXCEPTION 'a transaction searches the log of the account that it has named' USING ERRCODE = 'insufficient_privilege';
  END IF;
  SELECT coalesce(r.rolled_until, '-infinity'), greatest(low, r.pruned_until), r.places, h.last_recorded_at
    INTO rolled, low, width, last_at
    FROM heads h LEFT JOIN event_rollups r ON r.account_id = account WHERE h.account_id = account;

  IF named = 0 AND wanted IS NULL THEN
    RETURN QUERY SELECT e.line FROM events e
      WHERE e.account_id = account AND e.recorded_at >= low AND e.recorded_at < high
      ORDER BY e.recorded_at <order> LIMIT page_size;
    RETURN;
  END IF;

  rest_low := low;
  rest_high := least(high, rolled + tick);
  <first>
  IF rest_low < rest_high THEN
    IF named > 0 THEN
      -- Single addresses are values like others; a range is asked of each address that the log knows.
      IF (SELECT bool_and(masklen(r) = CASE family(r) WHEN 4 THEN 32 ELSE 128 END) FROM unnest(ranges) r) THEN
        addresses := ARRAY(SELECT host(r) FROM unnest(ranges) r);
      END IF;
      SELECT bit_and(g.places) INTO passing FROM (
        SELECT bit_or("bit"(v.places, width, true)) AS places FROM (
          SELECT f.member, m.places FROM (VALUES ('type', types), ('source', sources), ('service', services),
              ('agent_id', agent_ids::text[]), ('credential_id', credential_ids::text[]), ('proxy_id', proxy_ids::text[]),
              ('policy_ids', policies::text[]), ('outcome', outcomes), ('client', clients), ('rule', rules),
              ('client_ip', addresses)) AS f (member, admitted)
            CROSS JOIN LATERAL unnest(f.admitted) AS a (value)
            CROSS JOIN LATERAL (SELECT m.places FROM event_members m
              WHERE m.account_id = account AND m.member = f.member AND m.value = a.value LIMIT 1) m
          UNION ALL
          SELECT m.member, m.places FROM event_members m
            WHERE ranges IS NOT NULL AND addresses IS NULL AND m.account_id = account AND m.member = 'client_ip'
              AND CASE m.member WHEN 'client_ip' THEN m.value::inet <<= ANY (ranges) END
        ) v GROUP BY v.member
      ) g HAVING count(*) = named;
      -- Under these values the log holds nothing.
      IF passing IS NULL OR bit_count(passing) = 0 THEN
        rest_low := rest_high;
      END IF;
    END IF;
    sought := passing;
    IF wanted IS NOT NULL AND rest_low < rest_high THEN
      texts := ARRAY(SELECT m.value FROM event_members m
        WHERE m.account_id = account AND m.member = 'text' AND strpos(m.value, wanted) > 0);
      SELECT bit_or("bit"(m.places, width, true)) INTO sought FROM unnest(texts) AS a (value)
        CROSS JOIN LATERAL (SELECT m.places FROM event_members m
          WHERE m.account_id = account AND m.member = 'text' AND m.value = a.value LIMIT 1) m;
      sought := coalesce(sought & passing, sought);
    END IF;
    IF rest_low < rest_high AND bit_count(sought) > 0 THEN
      <spans of events>
    END IF;
  END IF;

  -- Stated reasons differ from event to event: no facet knows them.
  IF wanted IS NOT NULL AND (named = 0 OR bit_count(passing) > 0) THEN
    IF cardinality(found) >= page_size THEN
      <end at found>
    END IF;
    -- Nearby first: what many reasons say is found there, and how many do is seen.
    WITH walk AS MATERIALIZED (
      SELECT r.recorded_at, r.facet, r.reason, r.reason LIKE pattern AS is_said FROM event_reasons r
      WHERE r.account_id = account AND r.recorded_at >= rest_low AND r.recorded_at < rest_high
      ORDER BY r.recorded_at <order> LIMIT reason_steps
    )
    SELECT ARRAY(SELECT w.recorded_at FROM walk w WHERE w.is_said AND <passes>
        ORDER BY w.recorded_at <order> LIMIT page_size), count(*), count(*) FILTER (WHERE walk.is_said), <far end>(walk.recorded_at),
        array_agg(walk.reason)
      INTO more, walked, said, reached, nearby FROM walk;
    is_full := cardinality(more) >= page_size;
    more := found || more;
    found := '{}';
    IF walked = reason_steps AND NOT is_full THEN
      <go on from reached>
      IF said > said_max AND named > 0 THEN
        -- Often said, and by those that pass: span by span again, in which of these state a reason.
        sought := passing;
        share := said::double precision / walked;
        <spans of reasons>
      ELSIF said > said_max OR length(wanted) < 3 THEN
        -- Often said: a walk finds a page of it.
        found := ARRAY(SELECT w.recorded_at FROM (
            SELECT r.recorded_at, r.facet, r.reason FROM event_reasons r
            WHERE r.account_id = account AND r.recorded_at >= rest_low AND r.recorded_at < rest_high
            ORDER BY r.recorded_at <order>
          ) w
          WHERE w.reason LIKE pattern AND <passes>
          ORDER BY w.recorded_at <order> LIMIT page_size);
      ELSE
        -- Seldom said: looked up by its letters, the nearest asked for their facets first. Frequent letters are many to read, so the
        -- index is asked for the piece that the fewest nearby say. By letters alone: by instants, too, the key looks as cheap.
        SELECT p.piece, p.said INTO piece, said FROM (
          SELECT c.piece, c.at, (SELECT count(*) FROM unnest(nearby[1:100]) n (reason) WHERE strpos(n.reason, c.piece) > 0) AS said
          FROM (SELECT g.at, substr(wanted, g.at, 6) AS piece
            FROM generate_series(greatest(1, length(wanted) - 5), 1, -(length(wanted) / 8 + 1)) g (at)) c
        ) p ORDER BY p.said, p.at DESC LIMIT 1;
        IF said > said_max THEN
          piece := wanted;
        END IF;
        PERFORM set_config('enable_sort', 'on', true);
        found := ARRAY(SELECT w.recorded_at FROM (
            SELECT r.recorded_at, r.facet FROM (
              SELECT r.recorded_at, r.facet, r.reason FROM event_reasons r
              WHERE r.account_id = account AND r.reason LIKE '%' || regexp_replace(piece, '([\\%_])', '\\\1', 'g') || '%' OFFSET 0
            ) r
            WHERE r.reason LIKE pattern AND r.recorded_at >= rest_low AND r.recorded_at < rest_high ORDER BY r.recorded_at <order> OFFSET 0
          ) w
          WHERE <passes> LIMIT page_size);
        PERFORM set_config('enable_sort', 'off', true);
      END IF;
    END IF;
    found := ARRAY(SELECT DISTINCT f FROM unnest(found || more) f ORDER BY f <order> LIMIT page_size);
  END IF;

  IF cardinality(found) > 0 THEN
    more_low := least(found[1], found[cardinality(found)]);
    more_high := greatest(found[1], found[cardinality(found)]);
    RETURN QUERY SELECT hit.line FROM unnest(found) WITH ORDINALITY AS k (at, n)
      CROSS JOIN LATERAL (SELECT e.line FROM events e WHERE e.account_id = account AND e.recorded_at = k.at
        AND e.recorded_at >= more_low AND e.recorded_at <= more_high LIMIT 1) hit
      ORDER BY k.n;
  END IF;
  <last>
END $function$
$template$;
  passes constant text := $passes$(passing IS NULL
          OR (SELECT get_bit(passing, k.place) FROM event_facets k WHERE k.account_id = account AND k.facet = w.facet) = 1)$passes$;
  spans_of_events text := spans;
  spans_of_reasons text := spans;
  made text;
BEGIN
  spans_of_events := replace(spans_of_events, '<take>', replace(take, '<facets>', facets_of));
  spans_of_events := replace(spans_of_events, '<log>', 'events');
  spans_of_events := replace(spans_of_events, '<keep the bits>', 'pending_bits := array_append(pending_bits, span.places);');
  -- By the span, so that one partition is asked for each.
  spans_of_events := replace(spans_of_events, '<each span>',
    'JOIN unnest(pending_spans, pending_bits) AS d (span, places) ON get_bit(d.places, k.place) = 1');
  spans_of_events := replace(spans_of_events, '<span low>', 'greatest(d.span, more_low)');
  spans_of_events := replace(spans_of_events, '<span high>', 'least(d.span + span_long, more_high)');
  spans_of_events := replace(spans_of_events, '<within the span>', 'AND e.recorded_at >= d.span AND e.recorded_at < d.span + span_long');
  spans_of_events := replace(spans_of_events, '<count>', 'count');
  spans_of_events := replace(spans_of_events, '<places>', 'places');
  spans_of_events := replace(spans_of_events, '<steps a row>', '1');
  spans_of_events := replace(spans_of_events, '<said>', '');
  spans_of_events := replace(spans_of_events, '<and said>', '');
  spans_of_events := replace(spans_of_events, '<and is said>', '');
  spans_of_reasons := replace(spans_of_reasons, '<take>', replace(take, '<facets>', facets_of));
  spans_of_reasons := replace(spans_of_reasons, '<log>', 'event_reasons');
  spans_of_reasons := replace(spans_of_reasons, '<keep the bits>', '');
  spans_of_reasons := replace(spans_of_reasons, '<each span>', '');
  spans_of_reasons := replace(spans_of_reasons, '<span low>', 'more_low');
  spans_of_reasons := replace(spans_of_reasons, '<span high>', 'more_high');
  spans_of_reasons := replace(spans_of_reasons, '<within the span>', '');
  spans_of_reasons := replace(spans_of_reasons, '<count>', 'reasons');
  spans_of_reasons := replace(spans_of_reasons, '<places>', 'reasoned');
  spans_of_reasons := replace(spans_of_reasons, '<steps a row>', '3');
  spans_of_reasons := replace(spans_of_reasons, '<said>', ', e.reason');
  spans_of_reasons := replace(spans_of_reasons, '<and said>', 'AND e.reason LIKE pattern');
  spans_of_reasons := replace(spans_of_reasons, '<and is said>', 'AND w.reason LIKE pattern');
  FOR direction IN SELECT * FROM (VALUES
    ('search_events_older', 'DESC', 'min', 'rest_high := reached;', 'rest_low := greatest(rest_low, found[page_size]);', direct, ''),
    ('search_events_newer', 'ASC', 'max', 'rest_low := reached + tick;', 'rest_high := least(rest_high, found[page_size] + tick);', '',
      'page_size := page_size - cardinality(found);' || direct)
  ) AS d (name, sorted, far_end, go_on, end_at_found, first, last) LOOP
    made := template;
    made := replace(made, '<plan mode>', plan_mode);
    made := replace(made, '<last>', direction.last);
    made := replace(made, '<first>', direction.first);
    made := replace(made, '<spans of events>', spans_of_events);
    made := replace(made, '<spans of reasons>', spans_of_reasons);
    made := replace(made, '<passes>', passes);
    made := replace(made, '<name>', direction.name);
    made := replace(made, '<order>', direction.sorted);
    made := replace(made, '<far end>', direction.far_end);
    made := replace(made, '<end at found>', direction.end_at_found);
    made := replace(made, '<go on from reached>', direction.go_on);
    EXECUTE made;
    EXECUTE format('REVOKE ALL ON FUNCTION %I FROM PUBLIC', direction.name);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %I TO keytrail_app', direction.name);
  END LOOP;
END $make$;
