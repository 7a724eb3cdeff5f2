import { expect, test } from 'vitest';
import { toMadeSecrets, toUpstreamUrl } from './inject.ts';

const templates: Parameters<typeof toUpstreamUrl>[1] = {
  upstreamUrl: 'https://api.example.com/v1',
  headers: {},
  query: {},
  basicAuth: null,
};
const injected = { values: { value: 'a+b c' }, tokenField: 'value', credential: null };

const toUrl = (rest: string, more: Partial<typeof templates> = {}) =>
  toUpstreamUrl(rest, { ...templates, ...more }, injected).href.replace('https://api.example.com', '');

test.each([
  ['bytes that are no UTF-8', '/x?bin=%E9%FF'],
  ['a semicolon', '/x?a=1;b=2'],
  ['a space as it was written', '/x?q=a%20b&r=a+b'],
  ['a dollar sign', '/x?$filter=name%20eq%201'],
  ['a name without a value', '/x?flag'],
  ['what cannot be decoded', '/x?a=%zz'],
  ['one name twice, and a question mark', '/x?a=1&a=2?'],
])('a caller’s query goes out as it came: %s', (_name, rest) => {
  expect(toUrl(rest)).toBe(`/v1${rest}`);
});

test.each([
  ['_method=DELETE&a=1', '?a=1'],
  ['a=1;_method=DELETE', ''],
  ['%5Fmethod=DELETE&&a=1', '?a=1'],
])('what makes another call of it is left out: %s', (query, left) => {
  expect(toUrl(`/x?${query}`)).toBe(`/v1/x${left}`);
});

test('what the address or the proxy says is said once, whatever the caller says', () => {
  const upstreamUrl = 'https://api.example.com/v1?read_only=true&key=old';
  const query = { key: '$' + '{TOKEN}' };
  expect(toUrl('/x?read_only=false&k%65y=mine&a=1', { upstreamUrl, query })).toBe(
    '/v1/x?read_only=true&a=1&key=a%2Bb+c',
  );
});

test('basic authentication comes back neither as a whole nor as what it says', () => {
  const encoded = Buffer.from('admin:hunter2:x').toString('base64');
  expect(toMadeSecrets({ authorization: `Basic ${encoded}` })).toEqual([encoded, 'admin:hunter2:x', 'hunter2:x']);
  expect(toMadeSecrets({ authorization: 'Bearer x' })).toEqual([]);
});
