-- What Drizzle cannot say about the tables of policies, approvals and alerts.

DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['policies', 'policy_attachments', 'use_counters', 'use_times', 'denial_folds', 'approvals',
    'alerts', 'alert_marks', 'alert_cursors', 'alert_mutes', 'vault_locks'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY own_account ON %I TO keytrail_app
      USING (account_id = (SELECT current_account_id())) WITH CHECK (account_id = (SELECT current_account_id()))', name);
  END LOOP;
END $$;
--> statement-breakpoint
-- Counters are left out: what may move them is the append, as their owner.
GRANT SELECT, INSERT, UPDATE, DELETE ON policies, policy_attachments, denial_folds, approvals, alerts, alert_marks,
  alert_cursors, alert_mutes, vault_locks TO keytrail_app;
--> statement-breakpoint
GRANT SELECT ON use_counters, use_times TO keytrail_app;
--> statement-breakpoint
CREATE POLICY count ON use_counters TO keytrail_owner USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY count ON use_times TO keytrail_owner USING (true) WITH CHECK (true);
--> statement-breakpoint

-- As in 0004, without what is new in an event and never filtered by.
CREATE OR REPLACE FUNCTION event_facet(ev jsonb) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN hashtextextended((ev - ARRAY['id', 'salt', 'occurredAt', 'action', 'fields', 'keyId', 'grantId',
  'decidingPolicyId', 'policyName', 'observedPolicyIds', 'observedRules', 'approvalId', 'retryAt', 'reason', 'userAgent',
  'clientName', 'deviceId', 'deviceSeq', 'correlationId', 'count', 'firstSeq', 'lastSeq', 'note'])::text, 0);
