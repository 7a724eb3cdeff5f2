// Using a login: the server records the event and only then hands out the values, or a ticket for the owner's webhook that has them; the
// cache has the event at once.

import { putOwnEvents } from '../../lib/cache.ts';
import type { Failure } from '../../lib/failure.ts';
import { outdateLogins } from '../../lib/login-list.ts';
import { getSession } from '../../lib/session.ts';
import { redeemValues } from '../../lib/webhook.ts';
import { pullEvents } from './pull.ts';
import { api, noteFailure } from './server.ts';

type Use =
  | { readonly action: 'autofill'; readonly siteOrigin: string; readonly sendsTo: string[] }
  | { readonly action: 'copy' };

type Used =
  | { readonly kind: 'values'; readonly values: Readonly<Record<string, string>> }
  | { readonly kind: 'refused'; readonly failure: Failure };

/** Spends a login once. A refusal is a value; the server has recorded that, too. */
export async function spendLogin(id: string, fields: string[], use: Use): Promise<Used> {
  const session = await getSession();
  try {
    const used = await api.credentials.use.mutate({ id, fields, ...use });
    // Released and recorded by now: a disk that is full must not keep them from the page. The pull below brings the event.
    if (session !== null) await putOwnEvents(session.account.accountId, [used.event]).catch(() => undefined);
    return { kind: 'values', values: (await redeemValues(used)).values };
  } catch (error) {
    return { kind: 'refused', failure: await noteFailure(error) };
  } finally {
    await outdateLogins();
    // Not waited for: brings what happened in between, and the denial where there was one.
    void pullEvents();
  }
}
