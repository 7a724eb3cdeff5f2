import type { ApprovalSummary } from '@keytrail/shared/approval';
import { beforeEach, expect, test } from 'vitest';
import { fakeBrowser } from 'wxt/testing/fake-browser';
import { makeApproval } from './approval.fixture.ts';
import { countWaiting, keepInbox, readKeptInbox, toShownApprovals } from './inbox.ts';

beforeEach(() => fakeBrowser.reset());

const nowMs = Date.parse('2026-03-10T12:00:00.000Z');
const at = (ms: number) => new Date(nowMs + ms).toISOString();
const toKept = (approvals: ApprovalSummary[], keptAtMs = nowMs) => ({
  accountId: 'ada',
  keptAtMs,
  approvals,
  accessRequests: [],
  alerts: [],
  unseenAlerts: 0,
  lockedAt: null,
});

test('the inbox that was kept comes back to its account, and to no other', async () => {
  const inbox = { approvals: [makeApproval()], accessRequests: [], alerts: [], unseenAlerts: 0, lockedAt: null };
  await keepInbox('ada', inbox);
  expect(await readKeptInbox('ada')).toMatchObject(inbox);
  expect(await readKeptInbox('grace')).toBeNull();
});

test('a request is shown for as long as it can wait, whatever the hour is here', () => {
  for (const skewMs of [-3_600_000, 0, 3_600_000]) {
    const approval = makeApproval({ requestedAt: at(skewMs), expiresAt: at(skewMs + 60_000) });
    expect(countWaiting(toKept([approval]), nowMs)).toBe(1);
    expect(countWaiting(toKept([approval], nowMs - 60_000), nowMs)).toBe(0);
  }
});

test('what was settled is shown for a moment and does not count', () => {
  const settled = (ago: number) => makeApproval({ status: 'approved', answeredAt: at(-ago) });
  const kept = toKept([settled(5_000), settled(20_000)]);
  expect(toShownApprovals(kept, nowMs)).toHaveLength(1);
  expect(countWaiting(kept, nowMs)).toBe(0);
});
