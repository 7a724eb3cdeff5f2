import type { GrantSummary } from '@keytrail/shared/agent';
import { expect, test } from 'vitest';
import { isEnded } from './ended.ts';

const now = Date.parse('2026-03-10T12:00:00.000Z');
const base: GrantSummary = {
  id: 'g',
  agentId: 'a',
  credentialId: 'c',
  service: 'github',
  label: 'CI token',
  fields: null,
  reasonRequired: false,
  createdAt: '2026-03-01T00:00:00.000Z',
  expiresAt: null,
  revokedAt: null,
  uses: 0,
  lastUsedAt: null,
};

test.each<[string, Partial<GrantSummary>, boolean]>([
  ['without an end holds', {}, false],
  ['before its end holds', { expiresAt: '2026-03-10T12:00:00.001Z' }, false],
  ['at its end has ended', { expiresAt: '2026-03-10T12:00:00.000Z' }, true],
  ['that was revoked has ended', { revokedAt: '2026-03-09T00:00:00.000Z' }, true],
])('a grant %s', (_name, change, ended) => {
  expect(isEnded({ ...base, ...change }, now)).toBe(ended);
});
