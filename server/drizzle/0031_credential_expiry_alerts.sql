-- Credentials about to expire: what the server looks for across accounts, as in 0016.

CREATE POLICY look_for_expiry ON credentials FOR SELECT TO keytrail_owner USING (expires_at IS NOT NULL);
--> statement-breakpoint

-- Credentials that expire within 14 or 3 days, and of which no word was said yet for this expiry. What was written less
-- than that before it expires ends as expected: its owner has just looked at it.
CREATE FUNCTION credentials_about_to_expire(at timestamptz)
RETURNS TABLE (account_id uuid, credential_id uuid, mark text, days integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY
  SELECT c.account_id, c.id, w.mark, d.days
  FROM public.credentials c
  CROSS JOIN LATERAL (SELECT CASE WHEN c.expires_at <= at + interval '3 days' THEN 3 ELSE 14 END) d (days)
  CROSS JOIN LATERAL (SELECT format('expiry %s %s %s', c.id, extract(epoch FROM c.expires_at), d.days)) w (mark)
  WHERE c.expires_at > at AND c.expires_at <= at + interval '14 days'
    AND c.expires_at - c.updated_at > d.days * interval '1 day'
    AND NOT EXISTS (SELECT FROM public.alert_marks m WHERE m.account_id = c.account_id AND m.mark = w.mark);
END $$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION credentials_about_to_expire(timestamptz) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION credentials_about_to_expire(timestamptz) TO keytrail_app;
