-- The search of 0005 anew, each step of it bounded. In every data folder: 0005 was edited while some had it already.

-- Policies are members as well.
DROP INDEX event_facets_members;
--> statement-breakpoint
CREATE INDEX event_facets_members ON event_facets USING gin (account_id, type, source, service, agent_id, credential_id,
  proxy_id, policy_ids, outcome, client, rule, words gin_trgm_ops) WITH (fastupdate = off);
--> statement-breakpoint

-- The search of a log: one page under a filter, at a cost that does not grow with the log.
--
-- Most filters fill a page from what is nearest, so a short walk comes first, and a longer one where that found some. Else
-- the facets say how many events pass: where those are common, a walk fills the page; where they are rare, each facet that
-- can have an event on the page is asked for its half hours, and the log is read only there. What is not rolled up yet is
-- looked at one by one. What reasons say is walked to where many nearby say it, and else looked up by its letters.
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
  -- The members of a filter over a row `k` of event_facets, for statements that are planned once.
  passes constant text := $passes$
        (types IS NULL OR k.type = ANY (types)) AND (sources IS NULL OR k.source = ANY (sources))
        AND (services IS NULL OR k.service = ANY (services)) AND (agent_ids IS NULL OR k.agent_id = ANY (agent_ids))
        AND (credential_ids IS NULL OR k.credential_id = ANY (credential_ids))
        AND (proxy_ids IS NULL OR k.proxy_id = ANY (proxy_ids)) AND (policies IS NULL OR k.policy_ids && policies)
        AND (outcomes IS NULL OR k.outcome = ANY (outcomes)) AND (clients IS NULL OR k.client = ANY (clients))
        AND (rules IS NULL OR k.rule = ANY (rules)) AND (ranges IS NULL OR k.client_ip <<= ANY (ranges))$passes$;
  -- Looks at events one by one, from `direct_low` to `direct_high`.
  direct constant text := $direct$
  IF direct_low < direct_high THEN
    RETURN QUERY SELECT e.line FROM events e
      CROSS JOIN LATERAL (SELECT CASE WHEN num_nonnulls(policies, wanted) > 0 THEN e.line::jsonb -> 'ev' END AS ev) l
      WHERE e.account_id = account AND e.recorded_at >= direct_low AND e.recorded_at < direct_high
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
  template constant text := $template$
CREATE OR REPLACE FUNCTION <name>(account uuid, low timestamptz, high timestamptz, page_size integer, types text[], sources text[],
  services text[], agent_ids uuid[], credential_ids uuid[], proxy_ids uuid[], policies uuid[], outcomes text[],
  clients text[], rules text[], ranges inet[], wanted text)
RETURNS TABLE (line text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
-- All access is by key and in order, whatever the sizes of accounts: estimates could only mislead.
-- Bitmaps are what the indexes over members and letters are read as; the reader's pool does without.
SET plan_cache_mode = <plan mode> SET enable_seqscan = off SET enable_sort = off SET enable_bitmapscan = on SET jit = off AS $function$
#variable_conflict use_column
DECLARE
  near_steps integer;
  near_steps_max constant integer := 2500;
  near_hits_min constant integer := 8;
  near_taken integer := 0;
  near_hits integer := 0;
  -- Asking one facet for its half hours costs about as much as this many steps of a walk.
  steps_per_facet constant integer := 20;
  reason_steps constant integer := 400;
  -- Of that many reasons; what more say is often said.
  said_max constant integer := 4;
  reasons_max constant integer := 3000;
  tick constant interval := interval '1 microsecond';
  rolled timestamptz := '-infinity';
  total bigint;
  passing bigint;
  chosen bigint[];
  edges timestamptz[];
  span_low timestamptz;
  span_high timestamptz;
  stretch interval;
  from_low timestamptz;
  from_high timestamptz;
  direct_low timestamptz;
  direct_high timestamptz;
  found timestamptz[] := '{}';
  more timestamptz[];
  asked integer;
  expected bigint;
  steps integer;
  walked integer;
  said integer;
  reached timestamptz;
  pattern text := '%' || regexp_replace(wanted, '([\\%_])', '\\\1', 'g') || '%';
  members text;
  rest_low timestamptz;
  rest_high timestamptz;
BEGIN
  IF account IS DISTINCT FROM current_account_id() THEN
    RAISE EXCEPTION 'a transaction searches the log of the account that it has named' USING ERRCODE = 'insufficient_privilege';
  END IF;
  SELECT coalesce(r.rolled_until, '-infinity'), greatest(low, r.pruned_until), r.count INTO rolled, low, total
    FROM (SELECT account AS account_id) a LEFT JOIN event_rollups r ON r.account_id = a.account_id;

  IF num_nonnulls(types, sources, services, agent_ids, credential_ids, proxy_ids, policies, outcomes, clients, rules,
    ranges, wanted) = 0 THEN
    RETURN QUERY SELECT e.line FROM events e
      WHERE e.account_id = account AND e.recorded_at >= low AND e.recorded_at < high
      ORDER BY e.recorded_at <order> LIMIT page_size;
    RETURN;
  END IF;

  -- What is near. Lines would have to be parsed for texts and policies: there only what nothing else knows.
  -- Steps are cheap in a large log, whose events lie close together; in a small one the facets know all at once.
  -- Of what many of these pass the facets are many, and slow to ask: there as many steps more as should fill the page.
  near_steps := least(300, greatest(100, total / 100));
  rest_low := low;
  rest_high := high;
  WHILE rest_low < rest_high AND near_taken < near_steps_max LOOP
    IF num_nonnulls(policies, wanted) = 0 THEN
      SELECT coalesce((SELECT e.recorded_at FROM events e
        WHERE e.account_id = account AND e.recorded_at >= rest_low AND e.recorded_at < rest_high
        ORDER BY e.recorded_at <order> OFFSET near_steps LIMIT 1), <far bound>) INTO reached;
    ELSE
      reached := <near bound>;
    END IF;
    <set near>
    walked := 0;
    <direct>
    near_hits := near_hits + walked;
    near_taken := near_taken + near_steps;
    EXIT WHEN near_hits < near_hits_min OR num_nonnulls(policies, wanted) > 0;
    near_steps := greatest(100, near_taken * page_size * 3 / (near_hits * 2));
  END LOOP;
  rest_high := least(rest_high, rolled + tick);

  -- Only what the filter names, so that the index over the members finds it.
  members := concat(
    CASE WHEN types IS NOT NULL THEN ' AND k.type = ANY ($2)' END,
    CASE WHEN sources IS NOT NULL THEN ' AND k.source = ANY ($3)' END,
    CASE WHEN services IS NOT NULL THEN ' AND k.service = ANY ($4)' END,
    CASE WHEN agent_ids IS NOT NULL THEN ' AND k.agent_id = ANY ($5)' END,
    CASE WHEN credential_ids IS NOT NULL THEN ' AND k.credential_id = ANY ($6)' END,
    CASE WHEN proxy_ids IS NOT NULL THEN ' AND k.proxy_id = ANY ($7)' END,
    CASE WHEN policies IS NOT NULL THEN ' AND k.policy_ids && $8' END,
    CASE WHEN outcomes IS NOT NULL THEN ' AND k.outcome = ANY ($9)' END,
    CASE WHEN clients IS NOT NULL THEN ' AND k.client = ANY ($10)' END,
    CASE WHEN rules IS NOT NULL THEN ' AND k.rule = ANY ($11)' END,
    (SELECT ' AND (' || string_agg(format('k.client_ip <<= %L::inet', range), ' OR ') || ')' FROM unnest(ranges) range)
  );

  IF rest_low < rest_high THEN
    EXECUTE 'SELECT coalesce(sum(k.count), 0), array_agg(k.facet ORDER BY k.<edge> <order>), array_agg(k.<edge> ORDER BY k.<edge> <order>),
        min(k.first_at), max(k.last_at)
      FROM public.event_facets k WHERE k.account_id = $1 AND k.first_at < $13 AND k.last_at >= $12' || members
      -- Without statistics for LIKE the planner takes any words for the rarest thing to look for; these members are rarer.
      || CASE WHEN wanted IS NULL THEN ''
        WHEN num_nonnulls(services, agent_ids, credential_ids, proxy_ids, policies, rules, ranges) > 0 THEN ' AND k.words || '''' LIKE $14'
        ELSE ' AND k.words LIKE $14' END
      INTO passing, chosen, edges, span_low, span_high
      USING account, types, sources, services, agent_ids, credential_ids, proxy_ids, policies, outcomes, clients, rules,
        rest_low, rest_high, pattern;
    IF passing > 0 THEN
      -- Nothing passes before the first facet or after the last. And each facet has an event at its edge: of those whose edge lies
      -- within what is left, the nearest fill the page, so it ends at the last of their edges.
      rest_low := greatest(rest_low, span_low);
      rest_high := least(rest_high, span_high + tick);
      asked := (SELECT count(*) FROM unnest(edges) edge WHERE <edge is beyond>) + page_size;
      <end at edge>
      expected := page_size * total / passing;
      IF expected <= least(asked, cardinality(chosen)) * steps_per_facet THEN
        -- A few times as far as the page takes where what passes is spread evenly.
        steps := expected * 3 + page_size;
        found := ARRAY(
          SELECT w.recorded_at FROM (
            SELECT e.recorded_at, e.facet FROM events e
            WHERE e.account_id = account AND e.recorded_at >= rest_low AND e.recorded_at < rest_high
            ORDER BY e.recorded_at <order> LIMIT steps
          ) w
          WHERE (w.facet IN (SELECT unnest(chosen))) IS TRUE ORDER BY w.recorded_at <order> LIMIT page_size
        );
        IF cardinality(found) < page_size THEN
          SELECT e.recorded_at INTO reached FROM events e
            WHERE e.account_id = account AND e.recorded_at >= rest_low AND e.recorded_at < rest_high
            ORDER BY e.recorded_at <order> OFFSET steps - 1 LIMIT 1;
          IF reached IS NOT NULL THEN
            <go on from reached>
          ELSE
            rest_high := rest_low;
          END IF;
        END IF;
      END IF;
      -- Stretch by stretch, the first as long as it takes a few pages to pass on average.
      stretch := greatest(interval '30 minutes',
        (span_high - span_low) * least(1, 3.0 * page_size / passing)::double precision);
      WHILE rest_low < rest_high AND cardinality(found) < page_size LOOP
        <take a stretch>
        -- A half hour that the stretch cuts counts for nothing: it is visited, and not relied on to fill the page.
        found := found || ARRAY(
          WITH visited AS (
            SELECT s.* FROM (SELECT unnest(chosen[1:asked]) AS facet) c CROSS JOIN LATERAL (
              SELECT s.facet, s.slot, CASE WHEN s.slot >= from_low AND s.slot + interval '30 minutes' <= from_high
                THEN s.count ELSE 0 END AS sure
              -- As rows and in the key's order, so that only the key answers it: by facet and slot apart, all indexes of a small
              -- log look equally cheap, and it would be walked from end to end for each facet.
              FROM event_slots s WHERE s.account_id = account
                AND (s.facet, s.slot) > (c.facet, from_low - interval '30 minutes') AND (s.facet, s.slot) < (c.facet, from_high)
              ORDER BY s.facet <order>, s.slot <order> LIMIT page_size + 1
            ) s
          ), needed AS (
            SELECT v.facet, v.slot, coalesce(sum(v.sure) OVER (
              ORDER BY v.slot <order> GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS nearer
            FROM visited v
          )
          SELECT hit.recorded_at FROM needed n CROSS JOIN LATERAL (
            SELECT e.recorded_at FROM events e
            WHERE e.account_id = account AND e.facet = n.facet AND e.recorded_at >= greatest(n.slot, from_low)
              AND e.recorded_at < least(n.slot + interval '30 minutes', from_high)
            ORDER BY e.recorded_at <order> LIMIT page_size
          ) hit
          WHERE n.nearer < page_size ORDER BY hit.recorded_at <order> LIMIT page_size
        );
        stretch := stretch * 8;
      END LOOP;
    END IF;
  END IF;

  -- Stated reasons differ from event to event: no facet knows them.
  IF wanted IS NOT NULL THEN
    <back to near>
    IF cardinality(found) >= page_size THEN
      <end at found>
    END IF;
    -- Nearby first: what many reasons say is found there, and how many do is seen.
    WITH walk AS MATERIALIZED (
      SELECT r.recorded_at, r.facet, r.reason LIKE pattern AS is_said FROM event_reasons r
      WHERE r.account_id = account AND r.recorded_at >= rest_low AND r.recorded_at < rest_high
      ORDER BY r.recorded_at <order> LIMIT reason_steps
    )
    SELECT ARRAY(SELECT w.recorded_at FROM walk w WHERE w.is_said AND (members = '' OR (EXISTS (
          SELECT FROM event_facets k WHERE k.account_id = account AND k.facet = w.facet AND <passes>)) IS TRUE)
        ORDER BY w.recorded_at <order> LIMIT page_size), count(*), count(*) FILTER (WHERE walk.is_said), <far end>(walk.recorded_at)
      INTO more, walked, said, reached FROM walk;
    found := found || more;
    IF walked = reason_steps AND cardinality(more) < page_size THEN
      <go on from reached>
      passing := NULL;
      IF said > said_max OR length(wanted) < 3 THEN
        -- Often said: a walk finds a page of it, unless few may have said it. The facets know, where hardly any nearby has.
        IF members <> '' AND cardinality(more) <= said_max THEN
          EXECUTE 'SELECT coalesce(sum(k.reasons), 0), array_agg(k.facet) FROM public.event_facets k
            WHERE k.account_id = $1 AND k.reasons > 0 AND k.first_at < $13 AND k.last_at >= $12' || members
            INTO passing, chosen
            USING account, types, sources, services, agent_ids, credential_ids, proxy_ids, policies, outcomes, clients,
              rules, rest_low, rest_high;
        END IF;
        IF passing <= reasons_max THEN
          more := ARRAY(SELECT hit.recorded_at FROM unnest(chosen) AS c (facet) CROSS JOIN LATERAL (
              SELECT r.recorded_at FROM event_reasons r WHERE r.account_id = account AND r.facet = c.facet
                AND r.recorded_at >= rest_low AND r.recorded_at < rest_high AND r.reason LIKE pattern
              ORDER BY r.recorded_at <order> LIMIT page_size
            ) hit ORDER BY hit.recorded_at <order> LIMIT page_size);
        ELSE
          more := ARRAY(SELECT w.recorded_at FROM (
              SELECT r.recorded_at, r.facet, r.reason FROM event_reasons r
              WHERE r.account_id = account AND r.recorded_at >= rest_low AND r.recorded_at < rest_high
              ORDER BY r.recorded_at <order>
            ) w
            WHERE w.reason LIKE pattern AND (members = '' OR (EXISTS (
              SELECT FROM event_facets k WHERE k.account_id = account AND k.facet = w.facet AND <passes>)) IS TRUE)
            ORDER BY w.recorded_at <order> LIMIT page_size);
        END IF;
      ELSE
        -- Seldom said: looked up by its letters, and of what is found each facet by its key.
        PERFORM set_config('enable_sort', 'on', true);
        EXECUTE 'SELECT array(SELECT r.recorded_at FROM public.event_reasons r
            WHERE r.account_id = $1 AND r.recorded_at >= $12 AND r.recorded_at < $13 AND r.reason LIKE $14'
          || CASE WHEN members <> '' THEN ' AND (EXISTS (SELECT FROM public.event_facets k
            WHERE k.account_id = $1 AND k.facet = r.facet' || members || ')) IS TRUE' ELSE '' END
          || ' ORDER BY r.recorded_at <order> LIMIT $15)'
          INTO more
          USING account, types, sources, services, agent_ids, credential_ids, proxy_ids, policies, outcomes, clients, rules,
            rest_low, rest_high, pattern, page_size;
      END IF;
      found := found || more;
    END IF;
    found := ARRAY(SELECT DISTINCT f FROM unnest(found) f ORDER BY f <order> LIMIT page_size);
  END IF;

  RETURN QUERY SELECT hit.line FROM unnest(found[1:page_size]) WITH ORDINALITY AS k (at, n)
    CROSS JOIN LATERAL (SELECT e.line FROM events e WHERE e.account_id = account AND e.recorded_at = k.at LIMIT 1) hit
    ORDER BY k.n;
  <last>
END $function$
$template$;
  made text;
BEGIN
  FOR direction IN SELECT * FROM (VALUES
    ('search_events_older', 'DESC', 'min', 'last_at', 'edge >= rest_high', 'rest_high := reached;',
      'from_high := rest_high; from_low := greatest(rest_low, rest_high - stretch); rest_high := from_low;',
      'rest_low := greatest(rest_low, edges[asked]);', 'rest_low := greatest(rest_low, found[page_size]);', 'low', 'high',
      'direct_low := greatest(low, least(reached, rolled + tick)); direct_high := rest_high; rest_high := direct_low;',
      'rest_low := low; rest_high := least(direct_low, rolled + tick);', ''),
    ('search_events_newer', 'ASC', 'max', 'first_at', 'edge < rest_low', 'rest_low := reached + tick;',
      'from_low := rest_low; from_high := least(rest_high, rest_low + stretch); rest_low := from_high;',
      'rest_high := least(rest_high, edges[asked] + tick);', 'rest_high := least(rest_high, found[page_size] + tick);', 'high', 'low',
      'direct_low := rest_low; direct_high := reached; rest_low := direct_high;',
      'rest_low := direct_high; rest_high := least(high, rolled + tick);',
      'page_size := page_size - cardinality(found[1:page_size]);
  direct_low := greatest(low, rolled + tick, direct_high); direct_high := high;' || direct)
  ) AS d (name, sorted, far_end, edge, beyond, go_on, take, end_at, end_at_found, far_bound, near_bound, set_near, back, last) LOOP
    made := template;
    made := replace(made, '<plan mode>', plan_mode);
    made := replace(made, '<last>', direction.last);
    made := replace(made, '<direct>', direct);
    made := replace(made, '<passes>', passes);
    made := replace(made, '<name>', direction.name);
    made := replace(made, '<order>', direction.sorted);
    made := replace(made, '<far end>', direction.far_end);
    made := replace(made, '<far bound>', direction.far_bound);
    made := replace(made, '<near bound>', direction.near_bound);
    made := replace(made, '<set near>', direction.set_near);
    made := replace(made, '<back to near>', direction.back);
    made := replace(made, '<edge is beyond>', direction.beyond);
    made := replace(made, '<edge>', direction.edge);
    made := replace(made, '<take a stretch>', direction.take);
    made := replace(made, '<end at edge>', direction.end_at);
    made := replace(made, '<end at found>', direction.end_at_found);
    made := replace(made, '<go on from reached>', direction.go_on);
    EXECUTE made;
    EXECUTE format('REVOKE ALL ON FUNCTION %I FROM PUBLIC', direction.name);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %I TO keytrail_app', direction.name);
  END LOOP;
END $make$;
