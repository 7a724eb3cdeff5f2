-- What a role could still have done to the log that it has no need to do.

-- A head only moves on; whoever sets it back, or removes it, would have numbers given out twice.
CREATE FUNCTION refuse_head_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'a log only grows: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
--> statement-breakpoint
CREATE TRIGGER heads_move_on AFTER UPDATE ON heads FOR EACH ROW
  WHEN (NEW.next_seq < OLD.next_seq OR NEW.last_recorded_at < OLD.last_recorded_at
    OR NEW.account_id <> OLD.account_id OR NEW.log_id <> OLD.log_id)
  EXECUTE FUNCTION refuse_head_change();
--> statement-breakpoint
CREATE TRIGGER heads_stay BEFORE DELETE OR TRUNCATE ON heads FOR EACH STATEMENT EXECUTE FUNCTION refuse_head_change();
--> statement-breakpoint
ALTER TABLE heads ENABLE ALWAYS TRIGGER heads_move_on, ENABLE ALWAYS TRIGGER heads_stay;
--> statement-breakpoint

-- Bound to its meaning when it is made, so that no search_path can lend it another one.
CREATE OR REPLACE FUNCTION current_account_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('keytrail.account_id', true), '')::uuid;
--> statement-breakpoint

-- Functions that triggers and other functions call need nobody else's EXECUTE.
REVOKE ALL ON FUNCTION refuse_event_change(), refuse_head_change(), event_facet(jsonb) FROM PUBLIC;
