// What the log says about a change of an account: its sessions, its password, its profile. Pure.

import { toOneLine } from '@keytrail/shared/text';
import { z } from 'zod';
import type { Change } from '../audit/change.ts';

/** A session's row, as better-auth's adapter gives it. */
export const sessionRow = z.object({
  id: z.string(),
  userId: z.string(),
  createdAt: z.date(),
  expiresAt: z.date(),
  ipAddress: z.string().nullish(),
  userAgent: z.string().nullish(),
});
export type SessionRow = z.infer<typeof sessionRow>;

/** A session begins: by signing up, by signing in, or in place of those that a new password ended. */
export function toOpened(path: string): Change {
  if (path === '/sign-up/email') return { action: 'sign_in', title: 'Signed in', note: 'The account was created' };
  if (path === '/sign-in/email') return { action: 'sign_in', title: 'Signed in' };
  return { action: 'sign_in', title: 'Session renewed' };
}

/** A session ends before its time; the note says which it was. */
export function toEnded(path: string, session: SessionRow): Change {
  const by = session.userAgent || 'an unknown program';
  const from = session.ipAddress || 'an unknown address';
  const note = toOneLine(`The session of ${session.createdAt.toISOString()} from ${from}, ${by}`, 500);
  return path === '/sign-out'
    ? { action: 'sign_out', title: 'Signed out', note }
    : { action: 'revoke', title: 'Session revoked', note };
}

/** How the person proves who they are. Null for an update that this log has no words for: it must not happen. */
export function toIdentityChange(update: object): Change | null {
  return changedMembers(update).join() === 'password' ? { action: 'update', title: 'Password changed' } : null;
}

/** What the person is called. */
export function toProfileChange(update: object): Change {
  return { action: 'update', title: 'Profile changed', fields: changedMembers(update) };
}

/** True for a session that is only kept up: it is the same session, with a later end. */
export function isKeepingUp(update: object): boolean {
  return changedMembers(update).join() === 'expiresAt';
}

function changedMembers(update: object): string[] {
  return Object.entries(update).flatMap(([name, value]) => (value === undefined || name === 'updatedAt' ? [] : [name]));
}
