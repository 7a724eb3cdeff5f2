-- What Drizzle cannot say about master keys: who may do what, and the functions by which a rotation goes over every account.

ALTER TABLE master_keys
  ADD CONSTRAINT master_keys_kind CHECK (kind IN ('given', 'kms')),
  ADD CONSTRAINT master_keys_version CHECK (version BETWEEN 0 AND 999999999),
  ADD CONSTRAINT master_keys_fingerprint CHECK (octet_length(fingerprint) = 16),
  ADD CONSTRAINT master_keys_wrapped CHECK (kind = 'kms' OR (wrapped IS NULL AND kms_key_id IS NULL));
--> statement-breakpoint
-- A server says which keys it was given; only a rotation has one seal, or retires it, by the functions below.
GRANT SELECT, INSERT ON master_keys TO keytrail_app;
--> statement-breakpoint
GRANT SELECT ON master_keys, nodes TO keytrail_rotation;
--> statement-breakpoint

ALTER TABLE rewraps ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE rewraps FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY own_account ON rewraps TO keytrail_app
  USING (account_id = (SELECT current_account_id())) WITH CHECK (account_id = (SELECT current_account_id()));
--> statement-breakpoint
GRANT SELECT, INSERT ON rewraps TO keytrail_app;
--> statement-breakpoint

-- A server is at work, holds these versions and seals with that one. Those that vanished a day ago are forgotten.
CREATE FUNCTION note_node(node uuid, its_host text, its_pid integer, its_versions integer[], its_sealing integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO public.nodes AS n (id, host, pid, versions, sealing, seen_at)
    VALUES (node, its_host, its_pid, its_versions, its_sealing, clock_timestamp())
    ON CONFLICT (id) DO UPDATE SET versions = its_versions, sealing = its_sealing, seen_at = clock_timestamp();
  DELETE FROM public.nodes n WHERE n.seen_at < clock_timestamp() - interval '1 day';
END $$;
--> statement-breakpoint
CREATE FUNCTION forget_node(node uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  DELETE FROM public.nodes n WHERE n.id = node
$$;
--> statement-breakpoint

-- The version that seals; null before the first.
CREATE FUNCTION sealing_version() RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT k.version FROM public.master_keys k WHERE k.sealing_since IS NOT NULL AND k.retired_at IS NULL
  ORDER BY k.sealing_since DESC, k.version DESC LIMIT 1
$$;
--> statement-breakpoint

-- The tables whose rows (account_id, id) hold boxes in a column `sealed`, as {field: {version, box}} with the box in
-- base64. A new one is added here, with the two policies below.
CREATE FUNCTION sealed_tables() RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY['credentials'];
--> statement-breakpoint
CREATE POLICY find_boxes ON credentials FOR SELECT TO keytrail_owner USING (true);
--> statement-breakpoint
CREATE POLICY exchange_boxes ON credentials FOR UPDATE TO keytrail_owner USING (true) WITH CHECK (true);
--> statement-breakpoint

-- How many boxes stand under each version, and where. The server's own secret is one of them.
CREATE FUNCTION count_boxes() RETURNS TABLE (place text, version integer, boxes bigint, accounts bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY public.sealed_tables() LOOP
    -- Of a box in base64 the first eight characters are six bytes: its format, the version, and one more.
    RETURN QUERY EXECUTE format($q$
      SELECT %L::text, ('x' || encode(substr(decode(left(f.value ->> 'box', 8), 'base64'), 2, 4), 'hex'))::bit(32)::integer,
        count(*), count(DISTINCT t.account_id)
      FROM public.%I t CROSS JOIN LATERAL jsonb_each(t.sealed) f GROUP BY 2 $q$, name, name);
  END LOOP;
  RETURN QUERY SELECT s.name, ('x' || encode(substr(s.value, 2, 4), 'hex'))::bit(32)::integer, 1::bigint, 0::bigint
    FROM public.server_facts s WHERE s.name = 'server_secret';
END $$;
--> statement-breakpoint

-- Rows behind (after_account, after_id) that hold a box under another version than the one that seals, in order.
CREATE FUNCTION boxes_to_rewrap(place text, after_account uuid, after_id uuid, most integer)
RETURNS TABLE (account_id uuid, id uuid, sealed jsonb)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF place <> ALL (public.sealed_tables()) THEN
    RAISE EXCEPTION '% holds no boxes', place USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN QUERY EXECUTE format($q$
    SELECT t.account_id, t.id, t.sealed FROM public.%I t
    WHERE (t.account_id, t.id) > ($1, $2) AND EXISTS (SELECT FROM jsonb_each(t.sealed) f WHERE
      ('x' || encode(substr(decode(left(f.value ->> 'box', 8), 'base64'), 2, 4), 'hex'))::bit(32)::integer <> $3)
    ORDER BY 1, 2 LIMIT $4 $q$, place) USING after_account, after_id, public.sealing_version(), most;
END $$;
--> statement-breakpoint

-- Puts boxes in the place of others: of `rows`, [{account, id, old, new}], those that still are as `old` says and that
-- nobody is changing. Nothing but the heads of boxes may differ, and only those under the version that seals: whoever may
-- call this can neither read a secret nor put another one in its place. Answers how many rows it has exchanged.
CREATE FUNCTION exchange_boxes(place text, rows jsonb) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  head_bytes constant integer := 1 + 4 + 12 + 32 + 16;
  given record;
  field record;
  fresh bytea;
  stale bytea;
  same boolean;
  exchanged integer := 0;
BEGIN
  IF place <> ALL (public.sealed_tables()) THEN
    RAISE EXCEPTION '% holds no boxes', place USING ERRCODE = 'insufficient_privilege';
  END IF;
  FOR given IN SELECT r.* FROM jsonb_to_recordset(rows) AS r (account uuid, id uuid, old jsonb, new jsonb) ORDER BY 1, 2 LOOP
    same := given.new IS NOT NULL
      AND ARRAY(SELECT jsonb_object_keys(given.old) ORDER BY 1) = ARRAY(SELECT jsonb_object_keys(given.new) ORDER BY 1);
    FOR field IN SELECT e.key, e.value FROM jsonb_each(given.old) e LOOP
      EXIT WHEN NOT same;
      CONTINUE WHEN given.new -> field.key = field.value;
      stale := decode(field.value ->> 'box', 'base64');
      fresh := decode(given.new -> field.key ->> 'box', 'base64');
      same := coalesce((given.new -> field.key) - 'box' = field.value - 'box'
        AND length(fresh) > head_bytes AND substr(fresh, head_bytes + 1) = substr(stale, head_bytes + 1)
        AND substr(fresh, 1, 1) = substr(stale, 1, 1)
        AND ('x' || encode(substr(fresh, 2, 4), 'hex'))::bit(32)::integer = public.sealing_version(), false);
    END LOOP;
    IF NOT same THEN
      RAISE EXCEPTION 'only the heads of boxes are exchanged' USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- An owner who is changing the row is not waited for: what is left comes with the next round.
    EXECUTE format('SELECT true FROM public.%I t WHERE t.account_id = $1 AND t.id = $2 AND t.sealed = $3
      FOR UPDATE SKIP LOCKED', place) INTO same USING given.account, given.id, given.old;
    CONTINUE WHEN same IS NULL;
    EXECUTE format('UPDATE public.%I SET sealed = $3 WHERE account_id = $1 AND id = $2', place)
      USING given.account, given.id, given.new;
    exchanged := exchanged + 1;
  END LOOP;
  RETURN exchanged;
END $$;
--> statement-breakpoint

-- Has a version seal from now on, unless a server at work does not hold it: then it answers which, and changes nothing. While
-- it looks no server begins to work, and one that begins behind it finds the version.
CREATE FUNCTION seal_with(wanted integer) RETURNS TABLE (host text, pid integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '5s' AS $$
BEGIN
  LOCK TABLE public.nodes IN SHARE MODE;
  RETURN QUERY SELECT n.host, n.pid FROM public.nodes n
    WHERE n.seen_at > clock_timestamp() - interval '90 seconds' AND wanted <> ALL (n.versions) ORDER BY 1, 2;
  IF FOUND THEN RETURN; END IF;
  UPDATE public.master_keys k SET sealing_since = clock_timestamp()
    WHERE k.version = wanted AND k.sealing_since IS NULL AND k.retired_at IS NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'version % has sealed before, or is none', wanted USING ERRCODE = 'insufficient_privilege';
  END IF;
END $$;
--> statement-breakpoint

-- Ends a version under which nothing stands; false where something does, or where it may still seal. What a service has
-- wrapped of it goes.
CREATE FUNCTION retire_master_key(wanted integer) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE public.master_keys k SET retired_at = clock_timestamp(), wrapped = NULL
    WHERE k.version = wanted AND k.retired_at IS NULL AND wanted <> public.sealing_version()
      AND NOT EXISTS (SELECT FROM public.nodes n WHERE n.sealing = wanted AND n.seen_at > clock_timestamp() - interval '90 seconds')
      AND NOT EXISTS (SELECT FROM public.count_boxes() c WHERE c.version = wanted);
  RETURN FOUND;
END $$;
--> statement-breakpoint

REVOKE ALL ON FUNCTION note_node(uuid, text, integer, integer[], integer), forget_node(uuid), sealing_version(), sealed_tables(),
  count_boxes(), boxes_to_rewrap(text, uuid, uuid, integer), exchange_boxes(text, jsonb), seal_with(integer),
  retire_master_key(integer) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION note_node(uuid, text, integer, integer[], integer), forget_node(uuid) TO keytrail_app;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION sealed_tables(), count_boxes(), boxes_to_rewrap(text, uuid, uuid, integer), exchange_boxes(text, jsonb),
  seal_with(integer), retire_master_key(integer) TO keytrail_rotation;
