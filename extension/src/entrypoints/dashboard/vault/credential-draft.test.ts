import { type CredentialInput, type CredentialSummary, credentialKinds } from '@keytrail/shared/credential';
import { describe, expect, test } from 'vitest';
import { type CredentialDraft, emptyDraft, isSameDraft, toChange, toDraft, toInput } from './credential-draft.ts';

const filled: Record<(typeof credentialKinds)[number], Partial<CredentialDraft>> = {
  login: {
    values: { username: 'octo@example.com', password: ' a b ', sites: 'example.com\n\nhttp://login.test:8080/path\n' },
  },
  token: { values: { value: 'abc' } },
  oauth: { values: { accessToken: 'abc', tokenUrl: 'https://oauth.test/token', scopes: 'read\nwrite' } },
  totp: { values: { seed: 'JBSWY3DPEHPK3PXP' } },
  fields: {
    named: [
      { key: 0, name: 'KEY_ID', value: 'abc' },
      { key: 1, name: '', value: '' },
    ],
  },
  ssh_key: { values: { privateKey: '-----BEGIN\nx\n', passphrase: 'p', publicKey: 'ssh-ed25519 x' } },
  certificate: { values: { privateKey: '-----BEGIN\nx\n', chain: '-----BEGIN\ny\n' } },
};

const toFilled = (kind: (typeof credentialKinds)[number], more: Partial<CredentialDraft> = {}): CredentialDraft => ({
  ...emptyDraft(kind),
  service: 'github',
  ...filled[kind],
  ...more,
});

function toStored(input: CredentialInput): CredentialSummary {
  const { kind, service, label, tags, expiresAt, public: members, secret, notes } = input;
  const secretFields = [...Object.keys(secret), ...(notes === undefined ? [] : ['notes'])];
  const at = '2026-03-10T12:00:00.000Z';
  const times = { createdAt: at, updatedAt: at, lastUsedAt: null };
  return {
    id: 'c1',
    version: 3,
    kind,
    service,
    label,
    tags,
    expiresAt,
    public: members,
    secretFields,
    refresh: null,
    ...times,
  };
}

function store(draft: CredentialDraft): CredentialSummary {
  const outcome = toInput(draft);
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.errors));
  return toStored(outcome.value);
}

describe('a filled form', () => {
  test.each(credentialKinds)('of the kind %s becomes an input', (kind) => {
    expect(toInput(toFilled(kind))).toMatchObject({ ok: true, value: { kind, service: 'github' } });
  });

  test('of a login reads sites line by line into origins and leaves the password as typed', () => {
    expect(toInput(toFilled('login'))).toMatchObject({
      value: {
        label: 'octo@example.com',
        public: { sites: ['https://example.com', 'http://login.test:8080'] },
        secret: { password: ' a b ' },
      },
    });
  });

  test('carries tags, expiry and notes', () => {
    const outcome = toInput(toFilled('token', { tags: 'ci, , prod', expires: '2030-01-01T10:00', notes: 'n' }));
    const expiresAt = new Date('2030-01-01T10:00').toISOString();
    expect(outcome).toMatchObject({ value: { tags: ['ci', 'prod'], expiresAt, notes: 'n', label: 'github' } });
  });
});

describe('a form with mistakes names the control that can mend each', () => {
  test('an empty one', () => {
    expect(toInput(emptyDraft('login'))).toEqual({
      ok: false,
      errors: { service: 'This is needed.', password: 'This is needed.' },
    });
  });

  test.each<[string, Partial<CredentialDraft>, string]>([
    ['a service with spaces', { service: 'git hub' }, 'service'],
    ['a site that is no web address', { values: { password: 'x', sites: 'javascript:alert(1)' } }, 'sites'],
    ['a seed that is not Base32', { values: { password: 'x', totp: '!!' } }, 'totp'],
    ['a label that is too long', { label: 'x'.repeat(101) }, 'label'],
  ])('%s', (_name, change, place) => {
    const outcome = toInput(toFilled('login', change));
    expect(outcome.ok ? [] : Object.keys(outcome.errors)).toEqual([place]);
  });

  test('a named value that is there twice', () => {
    const named = [
      { key: 0, name: 'A', value: '1' },
      { key: 7, name: 'A ', value: '2' },
    ];
    expect(toInput(toFilled('fields', { named }))).toMatchObject({ errors: { 'named.7': expect.any(String) } });
  });
});

test.each([
  ['a name without a value', { key: 1, name: 'B', value: '' }],
  ['a value without a name', { key: 1, name: '', value: 'x' }],
])('%s is not dropped in silence', (_name, row) => {
  const named = [{ key: 0, name: 'A', value: '1' }, row];
  expect(toInput(toFilled('fields', { named }))).toMatchObject({ errors: { 'named.1': expect.any(String) } });
});

describe('an edit', () => {
  test.each(credentialKinds)('of the kind %s without new secrets releases and replaces none', (kind) => {
    const credential = store(toFilled(kind, { notes: 'n' }));
    const outcome = toChange(toDraft(credential), credential);
    if (!outcome.ok) throw new Error(JSON.stringify(outcome.errors));
    expect(outcome.value).not.toHaveProperty('secret');
    expect(outcome.value).not.toHaveProperty('notes');
    expect(outcome.value).toMatchObject({ id: 'c1', version: 3, public: credential.public });
  });

  test('sends only the secret that was typed', () => {
    const credential = store(toFilled('ssh_key'));
    const draft = { ...toDraft(credential), values: { ...toDraft(credential).values, passphrase: 'new' } };
    expect(toChange(draft, credential)).toMatchObject({ value: { secret: { passphrase: 'new' } } });
  });

  test('removes what was ticked', () => {
    const credential = store(toFilled('ssh_key', { notes: 'n' }));
    const draft = { ...toDraft(credential), removed: ['passphrase', 'notes'] };
    expect(toChange(draft, credential)).toMatchObject({ value: { secret: { passphrase: null }, notes: null } });
  });

  test('that renames a named value needs the value again', () => {
    const credential = store(toFilled('fields'));
    const renamed = { ...toDraft(credential), named: [{ key: 0, name: 'OTHER', value: '' }] };
    expect(toChange(renamed, credential).ok).toBe(false);
    const complete = { ...renamed, named: [{ key: 0, name: 'OTHER', value: 'x' }] };
    expect(toChange(complete, credential)).toMatchObject({ value: { secret: { OTHER: 'x', KEY_ID: null } } });
  });
});

describe('a form', () => {
  const kept = toDraft(store(toFilled('login')));

  test('is as it was where what was typed is taken back, and where only the kind was chosen', () => {
    const emptied = { ...emptyDraft('login'), values: { password: '' }, named: [{ key: 3, name: '', value: '' }] };
    expect(isSameDraft({ ...emptied, kind: 'token' }, emptyDraft('login'))).toBe(true);
    expect(isSameDraft({ ...kept, service: 'github' }, kept)).toBe(true);
  });

  test.each<[string, Partial<CredentialDraft>]>([
    ['text', { label: 'other' }],
    ['a generated password', { values: { ...kept.values, password: 'x' } }],
    ['a named value', { named: [{ key: 0, name: 'A', value: '' }] }],
    ['a stored secret that is to go', { removed: ['notes'] }],
  ])('is another one with %s', (_name, change) => {
    expect(isSameDraft({ ...kept, ...change }, kept)).toBe(false);
  });
});
