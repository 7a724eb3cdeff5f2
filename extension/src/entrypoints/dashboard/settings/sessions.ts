// The account's sessions, over the server's sign-in endpoints.

import { z } from 'zod';
import { FailureError } from '../../../lib/failure.ts';
import { fetchFromServer } from '../../../lib/outbound.ts';
import { expireSession, type Session } from '../../../lib/session.ts';
import { strings } from '../strings.ts';

const sessions = z.array(
  z.object({
    id: z.string(),
    token: z.string(),
    createdAt: z.string(),
    updatedAt: z.string(),
    ipAddress: z.string().nullish(),
    userAgent: z.string().nullish(),
  }),
);
export type AccountSession = z.infer<typeof sessions>[number];

/** Newest activity first. Throws a FailureError. */
export async function listSessions(session: Session): Promise<AccountSession[]> {
  const answer = sessions.safeParse(await call(session, 'list-sessions'));
  if (!answer.success) throw new FailureError({ kind: 'server', sentence: strings.settings.sessionsUnreadable });
  return answer.data.toSorted((left, right) => right.updatedAt.localeCompare(left.updatedAt));
}

/** Ends one session. Throws a FailureError. */
export async function revokeSession(session: Session, token: string): Promise<void> {
  await call(session, 'revoke-session', { token });
}

/** Ends every session but this one. Throws a FailureError. */
export async function revokeOtherSessions(session: Session): Promise<void> {
  await call(session, 'revoke-other-sessions', {});
}

/** A bearer is the session's token, by itself or with its signature after a dot. */
export function isCurrent(session: Session, { token }: AccountSession): boolean {
  return session.token === token || session.token.startsWith(`${token}.`);
}

const refusal = z.object({ message: z.string().min(1) });

async function call(session: Session, path: string, body?: object): Promise<unknown> {
  const response = await fetchFromServer(`${session.serverAddress}/api/auth/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${session.token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return answer;
  if (response.status === 401) await expireSession(session.token);
  const told = refusal.safeParse(answer);
  const sentence = told.success ? told.data.message : strings.settings.sessionsUnreadable;
  throw new FailureError({ kind: response.status === 401 ? 'signed_out' : 'server', sentence });
}
