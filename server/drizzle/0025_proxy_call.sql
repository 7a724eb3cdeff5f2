-- What a call through a proxy is decided by, in one statement: each further one would cost the caller a round trip.

-- The proxy of a key (named by its hash or its id), or, where none is, the one of an id; its credential, and the policies
-- attached to either, as they are at one moment; null for a key that was never issued. The caller's rights, and row-level security
-- shows it the one account that it names, until it returns: the setting is put back.
CREATE FUNCTION load_proxy_call(account uuid, key_hash bytea, key_id uuid, wanted_proxy uuid) RETURNS json
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET jit = off AS $$
DECLARE
  named_before constant text := coalesce(current_setting('keytrail.account_id', true), '');
  proxy_id uuid := wanted_proxy;
  held public.proxy_keys;
  call json;
BEGIN
  PERFORM set_config('keytrail.account_id', account::text, true);
  IF key_hash IS NOT NULL THEN
    SELECT k.* INTO held FROM public.proxy_keys k WHERE k.account_id = account AND k.hash = key_hash;
    proxy_id := held.proxy_id;
  ELSIF key_id IS NOT NULL THEN
    SELECT k.* INTO held FROM public.proxy_keys k WHERE k.account_id = account AND k.id = key_id;
    proxy_id := held.proxy_id;
  END IF;
  SELECT json_build_object(
    'proxy', to_json(p),
    'key', CASE WHEN held.id IS NOT NULL THEN json_build_object('id', held.id, 'client_name', held.client_name,
      'revoked_at', held.revoked_at, 'last_used_at', held.last_used_at) END,
    'vault_locked', EXISTS (SELECT FROM public.vault_locks l WHERE l.account_id = account),
    'credential', (
      SELECT to_json(c) FROM public.credentials c WHERE c.account_id = account AND c.id = p.credential_id
    ),
    'policies', (
      WITH attached AS MATERIALIZED (
        SELECT t.target_kind, t.target_id, t.policy_id FROM public.policy_attachments t
        WHERE t.account_id = account AND t.target_kind = 'proxy' AND t.target_id = p.id
        UNION ALL
        SELECT t.target_kind, t.target_id, t.policy_id FROM public.policy_attachments t
        WHERE t.account_id = account AND t.target_kind = 'credential' AND t.target_id = p.credential_id
      )
      SELECT coalesce(json_agg(json_build_object('id', o.id, 'name', o.name, 'mode', o.mode, 'rules', o.rules::text,
        'targets', (SELECT json_agg(json_build_object('kind', t.target_kind, 'id', t.target_id))
          FROM attached t WHERE t.policy_id = o.id))), '[]')
      FROM public.policies o
      WHERE o.account_id = account AND o.mode <> 'disabled' AND o.id IN (SELECT t.policy_id FROM attached t)
    )
  ) INTO call
  FROM public.proxies p WHERE p.account_id = account AND p.id = proxy_id;
  PERFORM set_config('keytrail.account_id', named_before, true);
  RETURN call;
END $$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION load_proxy_call(uuid, bytea, uuid, uuid) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION load_proxy_call(uuid, bytea, uuid, uuid) TO keytrail_app;
