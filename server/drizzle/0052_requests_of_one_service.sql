-- An agent may ask for several things of one service at a time. What waits is found by when it runs out.
DROP INDEX "access_requests_waiting";--> statement-breakpoint
CREATE INDEX "access_requests_waiting" ON "access_requests" USING btree ("account_id","expires_at") WHERE status = 'waiting';