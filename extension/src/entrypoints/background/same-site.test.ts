import { expect, test } from 'vitest';
import { isSameSite } from './same-site.ts';

test.each([
  ['https://www.shop.example', 'https://login.shop.example'],
  ['https://shop.example', 'https://shop.example:8443'],
  ['http://shop.example', 'https://login.shop.example'],
  ['http://shop.example', 'http://login.shop.example'],
  ['https://a.shop.co.uk', 'https://b.shop.co.uk'],
  ['https://192.0.2.1', 'https://192.0.2.1'],
  ['http://localhost:3000', 'http://localhost:3000'],
])('%s may send to %s', (page, target) => {
  expect(isSameSite(page, target)).toBe(true);
});

test.each([
  ['another domain', 'https://shop.example', 'https://evil.example'],
  ['a domain that begins like it', 'https://shop.example', 'https://shop.example.evil.example'],
  ['a domain that ends like it', 'https://shop.example', 'https://myshop.example'],
  ['its own host in the clear', 'https://shop.example', 'http://shop.example'],
  ['the neighbour under a country’s suffix', 'https://shop.co.uk', 'https://evil.co.uk'],
  ['the neighbour at a hoster', 'https://mine.github.io', 'https://yours.github.io'],
  ['another address', 'https://192.0.2.1', 'https://192.0.2.2'],
  ['another port of an address', 'http://192.0.2.1:80', 'http://192.0.2.1:8080'],
  ['another port of this machine', 'http://localhost:3000', 'http://localhost:4000'],
  ['what is no address', 'https://shop.example', 'shop.example'],
  ['a page without an origin', 'null', 'https://shop.example'],
])('not to %s', (_name, page, target) => {
  expect(isSameSite(page, target)).toBe(false);
});
