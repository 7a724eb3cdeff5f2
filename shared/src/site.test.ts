import { expect, test } from 'vitest';
import { belongsToSites, toOrigin } from './site.ts';
import { site } from './site-schema.ts';

test.each([
  ['example.com', 'https://example.com'],
  ['https://Example.com/login?x=1', 'https://example.com'],
  ['http://localhost:3000/', 'http://localhost:3000'],
  ['https://example.com:443', 'https://example.com'],
  ['https://bücher.example.com', 'https://xn--bcher-kva.example.com'],
])('%s is the origin %s', (text, origin) => expect(toOrigin(text)).toBe(origin));

test.each([
  '',
  'javascript:alert(1)',
  'not a site',
  'https://a%20b',
  'https://a.test@evil.test',
  'ftp://a.test',
  'file:///etc',
  'data:text/html,x',
  'null',
  'https://',
])('%j is no site', (text) => {
  if (text === 'null') expect(belongsToSites(text, ['https://null'])).toBe(false);
  else expect(site.safeParse(text).success).toBe(false);
});

const sites = ['https://a.test', 'http://localhost:3000', 'https://alice.github.io'];
test.each([
  ['https://a.test', true],
  ['http://a.test', false],
  ['https://a.test:8443', false],
  ['https://www.a.test', false],
  ['https://xa.test', false],
  ['https://a.test.evil.test', false],
  ['https://bob.github.io', false],
  ['http://localhost:3001', false],
  ['http://127.0.0.1:3000', false],
  ['null', false],
  ['', false],
])('%s may receive: %s', (origin, expected) => expect(belongsToSites(origin, sites)).toBe(expected));
