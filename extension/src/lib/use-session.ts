// The session as React state, alike in every page.

import { useEffect, useState } from 'react';
import { afterFirstPaint } from './first-paint.ts';
import { readSessionRecord, type Session, type SessionRecord, toSession, watchSessionRecord } from './session.ts';

/** What a page can know about the session. `account` of a signed-out view: whose events are still cached. */
export type SessionView =
  | { readonly status: 'loading' }
  | { readonly status: 'signed_in'; readonly session: Session }
  | ({ readonly status: 'signed_out' } & Pick<SessionRecord, 'serverAddress' | 'account' | 'notice'>);

/** Follows the session. `initial` spares the first render's wait where the page has read the record already. */
export function useSession(initial?: SessionRecord): SessionView {
  const [record, setRecord] = useState(initial ?? null);
  useEffect(() => afterFirstPaint(() => follow(setRecord)), []);
  return record === null ? { status: 'loading' } : toSessionView(record);
}

function follow(onRecord: (record: SessionRecord) => void): () => void {
  let changed = false;
  const stop = watchSessionRecord((next) => {
    changed = true;
    onRecord(next);
  });
  void readSessionRecord().then((read) => {
    if (!changed) onRecord(read);
  });
  return stop;
}

/** A record as pages see it. */
export function toSessionView(record: SessionRecord): SessionView {
  const session = toSession(record);
  if (session !== null) return { status: 'signed_in', session };
  const { serverAddress, account, notice } = record;
  return { status: 'signed_out', serverAddress, account, notice };
}
