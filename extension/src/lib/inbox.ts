// What waits for the owner, as the worker last heard it: kept while the browser runs, so that every page paints from it at
// once. No schema is needed: only the worker writes it, from the server's typed answers.

import type { AccessRequestSummary } from '@keytrail/shared/access-request';
import type { Inbox } from '@keytrail/shared/alert';
import type { ApprovalSummary } from '@keytrail/shared/approval';
import { browser } from 'wxt/browser';

export interface KeptInbox extends Inbox {
  readonly accountId: string;
  /** By this browser's clock. */
  readonly keptAtMs: number;
}

// In memory only, and out of reach of content scripts: storage.session is both by default.
export const keptInboxKey = 'inbox';
interface Stored {
  readonly [keptInboxKey]?: KeptInbox;
}

/** Keeps the inbox of an account, newest answer wins. */
export async function keepInbox(accountId: string, inbox: Inbox, keptAtMs = Date.now()): Promise<void> {
  await browser.storage.session.set({ [keptInboxKey]: { ...inbox, accountId, keptAtMs } satisfies KeptInbox });
}

/** The kept inbox of this account; null when there is none. */
export async function readKeptInbox(accountId: string): Promise<KeptInbox | null> {
  return toKeptInbox(await browser.storage.session.get(keptInboxKey), accountId);
}

/** The same, read off what the session's storage answered. */
export function toKeptInbox({ [keptInboxKey]: kept }: Stored, accountId: string): KeptInbox | null {
  return kept?.accountId === accountId ? kept : null;
}

/** Forgets it: somebody signed out, or somebody else signed in. */
export async function forgetInbox(): Promise<void> {
  await browser.storage.session.remove(keptInboxKey);
}

/** Calls the listener after every change, in whichever page or worker it was made. Returns what ends it. */
export function watchInbox(listener: (kept: KeptInbox | null) => void): () => void {
  const onChanged = (changes: Record<string, { newValue?: unknown }>, area: string): void => {
    if (area !== 'session' || changes[keptInboxKey] === undefined) return;
    void browser.storage.session.get<Stored>(keptInboxKey).then((stored) => listener(stored[keptInboxKey] ?? null));
  };
  browser.storage.onChanged.addListener(onChanged);
  return () => browser.storage.onChanged.removeListener(onChanged);
}

/** How long what another device answered is shown. */
const shownForMs = 15_000;

/**
 * The approvals to show: those that wait, then those that were just settled. By durations and not by the hour: this
 * browser's clock may differ from the server's, and what is kept may be of an hour ago.
 */
export function toShownApprovals(kept: KeptInbox, nowMs: number): readonly ApprovalSummary[] {
  return kept.approvals.filter((approval) => isShown(approval, kept.keptAtMs, nowMs));
}

/** The requests for grants to show, by the same rule. */
export function toShownAccessRequests(kept: KeptInbox, nowMs: number): readonly AccessRequestSummary[] {
  return kept.accessRequests.filter((request) => isShown(request, kept.keptAtMs, nowMs));
}

function isShown(
  asked: Pick<ApprovalSummary | AccessRequestSummary, 'status' | 'requestedAt' | 'expiresAt' | 'answeredAt'>,
  keptAtMs: number,
  nowMs: number,
): boolean {
  return asked.status === 'waiting'
    ? nowMs - keptAtMs < Date.parse(asked.expiresAt) - Date.parse(asked.requestedAt)
    : nowMs - Date.parse(asked.answeredAt ?? '') < shownForMs;
}

/** How many there are to show, of both. */
export function countShown(kept: KeptInbox, nowMs: number): number {
  return toShownApprovals(kept, nowMs).length + toShownAccessRequests(kept, nowMs).length;
}

/** How many wait, of both. */
export function countWaiting(kept: KeptInbox, nowMs: number): number {
  const shown = [...toShownApprovals(kept, nowMs), ...toShownAccessRequests(kept, nowMs)];
  return shown.filter(({ status }) => status === 'waiting').length;
}
