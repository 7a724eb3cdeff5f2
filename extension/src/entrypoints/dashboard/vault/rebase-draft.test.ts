import type { CredentialSummary } from '@keytrail/shared/credential';
import { expect, test } from 'vitest';
import { isSameDraft, toChange, toDraft } from './credential-draft.ts';
import { rebaseDraft } from './rebase-draft.ts';

const at = '2026-03-10T12:00:00.000Z';
const base: CredentialSummary = {
  id: 'c1',
  version: 3,
  kind: 'login',
  service: 'github',
  label: 'main',
  tags: ['a'],
  expiresAt: null,
  public: { username: 'sam', sites: ['https://github.com'] },
  secretFields: ['password', 'notes'],
  refresh: null,
  createdAt: at,
  updatedAt: at,
  lastUsedAt: null,
};
const latest: CredentialSummary = {
  ...base,
  version: 4,
  label: 'Renamed',
  tags: ['a', 'b'],
  secretFields: ['password'],
};

test('what was not typed is what is stored by now', () => {
  const { draft, own } = rebaseDraft(toDraft(base), base, latest);
  expect(isSameDraft(draft, toDraft(latest))).toBe(true);
  expect(own).toEqual([]);
});

test('what was typed stays and is named, with what is stored where both changed it', () => {
  const typed = { ...toDraft(base), service: 'gitlab', label: 'mine', removed: ['notes'] };
  const values = { ...typed.values, password: 'new secret' };
  const { draft, own } = rebaseDraft({ ...typed, values }, base, latest);
  expect(draft).toMatchObject({ service: 'gitlab', label: 'mine', tags: 'a, b', values: { password: 'new secret' } });
  // Somebody else took the notes away by now.
  expect(draft.removed).toEqual([]);
  expect(own).toEqual(['Service', 'Label (stored: “Renamed”)', 'Password']);
  expect(toChange(draft, latest)).toMatchObject({ ok: true, value: { version: 4, service: 'gitlab', label: 'mine' } });
});

test('named values that were touched stay, others come and go with what is stored', () => {
  const before: CredentialSummary = { ...base, kind: 'fields', public: {}, secretFields: ['A', 'B', 'C'] };
  const now: CredentialSummary = { ...before, version: 4, secretFields: ['A', 'C', 'D'] };
  const draft = toDraft(before);
  // A is taken away here, B elsewhere; C has a new value; E is new here and D there.
  const named = [
    ...draft.named.slice(1).map((row) => (row.name === 'C' ? { ...row, value: 'x' } : row)),
    { key: 9, name: 'E', value: 'y' },
  ];
  const rebased = rebaseDraft({ ...draft, named }, before, now);
  expect(rebased.draft.named.map(({ name, value }) => [name, value])).toEqual([
    ['D', ''],
    ['C', 'x'],
    ['E', 'y'],
  ]);
  expect(new Set(rebased.draft.named.map(({ key }) => key)).size).toBe(3);
  expect(rebased.own).toEqual(['Named values']);
});
