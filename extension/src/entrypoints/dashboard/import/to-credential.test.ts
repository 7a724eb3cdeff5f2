import { describe, expect, test } from 'vitest';
import type { ImportedEntry } from './imported-entry.ts';
import { toCredential } from './to-credential.ts';

const empty: ImportedEntry = {
  row: 2,
  title: 'Example',
  urls: [],
  username: '',
  password: '',
  totp: '',
  notes: '',
  tags: [],
  extras: [],
  isBroken: false,
};
const convert = (more: Partial<ImportedEntry>) => toCredential({ ...empty, ...more });

describe('the kind follows from what there is', () => {
  test.each<[string, Partial<ImportedEntry>, object]>([
    [
      'a password with a name',
      { username: 'sam', password: 'p' },
      { kind: 'login', public: { username: 'sam', sites: [] } },
    ],
    ['a password with an address', { urls: ['a.test'], password: 'p' }, { kind: 'login', service: 'a' }],
    [
      'a password alone',
      { password: 'p' },
      { kind: 'token', service: 'example', label: 'Example', secret: { value: 'p' } },
    ],
    ['a seed alone', { totp: 'GEZD GNBV', username: 'sam' }, { kind: 'totp', public: { username: 'sam' } }],
    ['a note alone', { notes: 'n', urls: ['a b'] }, { kind: 'fields', secret: { note: 'n', url: 'a b' } }],
    [
      'values of names that no field may have',
      {
        extras: [
          { name: 'PIN (card)', value: '1' },
          { name: 'notes', value: '2' },
          { name: '__proto__', value: '3' },
          { name: '1st', value: '4' },
        ],
      },
      { kind: 'fields', secret: { PIN_card_: '1', field_notes: '2', field___proto__: '3', field_1st: '4' } },
    ],
  ])('%s', (_, more, input) => {
    const converted = convert(more);
    if (converted.kind !== 'credential') throw new Error(converted.why);
    expect(converted.input).toMatchObject(input);
  });
});

describe('what has no place of its own goes into the notes', () => {
  test.each<[string, Partial<ImportedEntry>, string]>([
    ['an address of an app', { urls: ['https://a.test', 'androidapp://b'] }, 'Address: androidapp://b'],
    ['addresses of a token', { urls: [], extras: [{ name: 'PIN', value: '1' }] }, 'PIN: 1'],
    ['a seed that is none', { totp: 'steam://ABC' }, 'One-time code seed: steam://ABC'],
    ['a value of several lines', { extras: [{ name: 'Key', value: 'a\nb' }] }, 'Key:\na\nb'],
    ['a tag that is too long', { tags: ['x'.repeat(60)] }, `Tags: ${'x'.repeat(60)}`],
    ['more tags than there may be', { tags: Array.from({ length: 21 }, (_, n) => `t${n}`) }, 'Tags: t0, t1'],
    [
      'more sites than there may be',
      { urls: Array.from({ length: 51 }, (_, n) => `https://s${n}.test`) },
      'Address: https://s50.test',
    ],
  ])('%s', (_, more, expected) => {
    const converted = convert({ password: 'p', username: 'sam', notes: 'own', ...more });
    if (converted.kind !== 'credential') throw new Error(converted.why);
    expect(converted.inNotes).toBe(true);
    expect(converted.input.notes).toContain(`own\n\n${expected}`);
  });

  test('an ordinary entry has none', () => {
    expect(convert({ password: 'p', username: 'sam', urls: ['https://a.test/x'] })).toMatchObject({ inNotes: false });
  });
});

test.each<[string, Partial<ImportedEntry>, string]>([
  ['quotes that do not match', { password: 'p', isBroken: true }, 'broken'],
  ['nothing secret', { username: 'sam', urls: ['https://a.test'] }, 'nothing'],
  ['a name that is too long', { password: 'p', username: 'x'.repeat(301) }, 'username'],
  ['a name of two lines', { password: 'p', username: 'a\nb' }, 'username'],
  ['notes that are too long', { password: 'p', username: 'sam', notes: 'x'.repeat(10_001) }, 'notes_too_long'],
  ['a note alone that is too long', { notes: 'x'.repeat(20_001) }, 'too_much'],
  ['a password with a control character', { password: 'p\u0001' }, 'password'],
  ['notes with a control character', { password: 'p', notes: '\u0001' }, 'notes'],
])('refused: %s', (_, more, why) => expect(convert(more)).toEqual({ kind: 'refused', why }));

test.each([
  ['https://gist.github.com', 'github'],
  ['https://shop.example.co.uk', 'example'],
  ['http://192.168.1.1:8080', '192.168.1.1'],
  ['http://localhost:3000', 'localhost'],
  ['http://[::1]:3000', '1'],
  ['https://xn--bcher-kva.example', 'xn--bcher-kva'],
])('the service of %s is %s', (url, service) => {
  expect(convert({ password: 'p', urls: [url] })).toMatchObject({ input: { service } });
});

test.each([
  ['Müller & Söhne', 'muller-sohne'],
  ['  GitHub (work) ', 'github-work'],
  ['银行', 'imported'],
  ['', 'imported'],
])('without an address the service of %j is %s', (title, service) => {
  expect(convert({ password: 'p', title })).toMatchObject({ input: { service } });
});
