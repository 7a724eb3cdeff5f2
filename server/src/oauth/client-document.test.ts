import { afterEach, expect, test, vi } from 'vitest';
import { readClientDocument, toClientAddress, toFreshMs } from './client-document.ts';

test.each([
  ['https://app.example.com/client.json', true],
  ['https://app.example.com:8443/oauth/client', true],
  ['https://app.example.com/a%20b', true],
  ['https://app.example.com/', false],
  ['https://app.example.com', false],
  ['http://app.example.com/client.json', false],
  ['https://APP.example.com/client.json', false],
  ['https://app.example.com:443/client.json', false],
  ['https://app.example.com/a/../client.json', false],
  ['https://app.example.com/./client.json', false],
  ['https://app.example.com/%2e%2e/client.json', false],
  ['https://app.example.com/client.json?', false],
  ['https://app.example.com/client.json?v=1', false],
  ['https://app.example.com/client.json#', false],
  ['https://me@app.example.com/client.json', false],
  ['https://app.example.com\\\\client.json', false],
  [' https://app.example.com/client.json', false],
  ['kt_client_x.y', false],
  ['', false],
])('%s as a client’s id: %s', (id, is) => expect(toClientAddress(id) !== null).toBe(is));

const address = new URL('https://app.example.com/client.json');
const description = {
  client_id: address.href,
  client_name: 'Code Helper',
  redirect_uris: ['http://127.0.0.1/callback', 'https://app.example.com/callback'],
  token_endpoint_auth_method: 'none',
  logo_uri: 'https://app.example.com/logo.png',
};

test('a document describes the client of its own address', () => {
  expect(readClientDocument(address, JSON.stringify(description))).toMatchObject({
    name: 'Code Helper',
    redirectUris: description.redirect_uris,
    describedAt: 'app.example.com',
  });
});

test.each([
  ['another client', { client_id: 'https://app.example.com/other.json' }],
  ['no client', { client_id: undefined }],
  ['a client without a name', { client_name: undefined }],
  ['a client that returns nowhere', { redirect_uris: [] }],
  ['a client that returns to a script', { redirect_uris: ['javascript:alert(1)'] }],
  ['a client with a secret', { client_secret: 'for everybody to read' }],
  ['a client that proves itself by a secret', { token_endpoint_auth_method: 'client_secret_basic' }],
  ['a client that wants no codes', { grant_types: ['client_credentials'] }],
])('%s is nobody', (_name, changed) => {
  expect(readClientDocument(address, JSON.stringify({ ...description, ...changed }))).toBeNull();
});

test.each(['', 'not JSON', '[]', 'null', '<!doctype html>'])('%j describes nobody', (text) => {
  expect(readClientDocument(address, text)).toBeNull();
});

const minute = 60_000;
test.each([
  [{}, minute],
  [{ 'cache-control': 'max-age=600' }, 10 * minute],
  [{ 'cache-control': 'max-age=600', age: '300' }, 5 * minute],
  [{ 'cache-control': 's-maxage=120, max-age=600' }, 2 * minute],
  [{ 'cache-control': 'max-age=1' }, minute],
  [{ 'cache-control': 'no-store' }, minute],
  [{ 'cache-control': 'private, max-age=600' }, minute],
  [{ 'cache-control': 'public, max-age=31536000, immutable' }, 24 * 60 * minute],
  [{ 'cache-control': 'nonsense', expires: 'never' }, minute],
])('%j: fresh for %d ms', (headers, ms) => {
  // The library reads the clock twice.
  vi.useFakeTimers();
  expect(toFreshMs(address, headers)).toBe(ms);
});
afterEach(() => void vi.useRealTimers());
