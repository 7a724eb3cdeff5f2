ALTER TABLE "agent_keys" ADD COLUMN "last_used_at" timestamp (6) with time zone;--> statement-breakpoint

-- As in 0011, with when the key was last used.
CREATE OR REPLACE FUNCTION load_agent_call(account uuid, key_hash bytea, key_id uuid, wanted_service text,
  wanted_label text) RETURNS json
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET jit = off AS $$
DECLARE
  named_before constant text := coalesce(current_setting('keytrail.account_id', true), '');
  wanted_hash bytea := key_hash;
  call json;
BEGIN
  PERFORM set_config('keytrail.account_id', account::text, true);
  IF key_id IS NOT NULL THEN
    SELECT k.hash INTO wanted_hash FROM public.agent_keys k WHERE k.account_id = account AND k.id = key_id;
  END IF;
  SELECT json_build_object(
    'agent', to_json(a),
    'key', json_build_object('id', k.id, 'client_name', k.client_name, 'revoked_at', k.revoked_at,
      'last_used_at', k.last_used_at),
    'vault_locked', EXISTS (SELECT FROM public.vault_locks l WHERE l.account_id = account),
    'granted', (
      SELECT coalesce(json_agg(json_build_object('credential', to_json(c), 'grant', to_json(g))
        ORDER BY g.created_at DESC, g.id DESC), '[]')
      FROM public.credentials c
      LEFT JOIN public.grants g ON g.account_id = c.account_id AND g.credential_id = c.id AND g.agent_id = a.id
      WHERE c.account_id = account AND c.service = wanted_service AND (wanted_label IS NULL OR c.label = wanted_label)
    ),
    'policies', (
      WITH attached AS MATERIALIZED (
        SELECT t.target_kind, t.target_id, t.policy_id FROM public.policy_attachments t
        WHERE t.account_id = account AND t.target_kind = 'agent' AND t.target_id = a.id
        UNION ALL
        SELECT t.target_kind, t.target_id, t.policy_id FROM public.credentials c
        JOIN public.policy_attachments t
          ON t.account_id = c.account_id AND t.target_kind = 'credential' AND t.target_id = c.id
        WHERE c.account_id = account AND c.service = wanted_service AND (wanted_label IS NULL OR c.label = wanted_label)
      )
      SELECT coalesce(json_agg(json_build_object('id', p.id, 'name', p.name, 'mode', p.mode, 'rules', p.rules::text,
        'targets', (SELECT json_agg(json_build_object('kind', t.target_kind, 'id', t.target_id))
          FROM attached t WHERE t.policy_id = p.id))), '[]')
      FROM public.policies p
      WHERE p.account_id = account AND p.mode <> 'disabled' AND p.id IN (SELECT t.policy_id FROM attached t)
    )
  ) INTO call
  FROM public.agent_keys k JOIN public.agents a ON a.account_id = k.account_id AND a.id = k.agent_id
  WHERE k.account_id = account AND k.hash = wanted_hash;
  PERFORM set_config('keytrail.account_id', named_before, true);
  RETURN call;
END $$;
