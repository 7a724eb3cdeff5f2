import { expect, test } from 'vitest';
import { makeAccessRequest } from '../lib/access-request.fixture.ts';
import { makeApproval } from '../lib/approval.fixture.ts';
import { countCards, toShownWaiting } from './waiting-shown.ts';

const at = (second: number) => `2026-03-10T12:00:0${second}.000Z`;
const waiting = {
  approvals: ['a1', 'a2'].map((id) => makeApproval({ id })),
  requests: ['r1', 'r2'].map((id) => makeAccessRequest({ id })),
};

function show(most: number, openIds: string[] = [], given = waiting) {
  const { approvals, requests, more } = toShownWaiting(given, most, new Set(openIds));
  return { ids: [...approvals, ...requests].map(({ id }) => id), more };
}

test.each([
  { most: 1, ids: ['a1'], more: 3 },
  { most: 3, ids: ['a1', 'a2', 'r1'], more: 1 },
  { most: Number.POSITIVE_INFINITY, ids: ['a1', 'a2', 'r1', 'r2'], more: 0 },
])('of four that wait $most are shown, approvals first', ({ most, ids, more }) => {
  expect(show(most)).toEqual({ ids, more });
  expect(countCards(waiting)).toBe(4);
});

test('a request that the owner is answering stays when approvals come', () => {
  expect(show(1, ['r2'])).toEqual({ ids: ['a1', 'r2'], more: 2 });
});

test('of what was settled the latest is shown, and none of it counts', () => {
  const settled = (id: string, second: number) => makeApproval({ id, status: 'approved', answeredAt: at(second) });
  const given = { approvals: [settled('s1', 2), settled('s2', 4), settled('s3', 3)], requests: waiting.requests };
  expect(show(1, [], given)).toEqual({ ids: ['s2', 'r1'], more: 1 });
  expect(show(2, [], given)).toEqual({ ids: ['s2', 's3', 'r1', 'r2'], more: 0 });
  expect(countCards(given)).toBe(2);
});
