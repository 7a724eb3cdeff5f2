import { describe, expect, test } from 'vitest';
import { isInTheClear, toServerAddress } from './sign-in.ts';

describe('a server address', () => {
  test.each([
    ['localhost:4310', 'http://localhost:4310'],
    ['127.0.0.1', 'http://127.0.0.1'],
    [' keytrail.example.com/ ', 'https://keytrail.example.com'],
    ['http://keytrail.example.com:8080', 'http://keytrail.example.com:8080'],
  ])('%s means %s', (typed, address) => {
    expect(toServerAddress(typed)).toBe(address);
  });

  test.each(['', 'not an address', 'ftp://keytrail.example.com', 'https://me:secret@keytrail.example.com'])(
    '%j is none',
    (typed) => {
      expect(() => toServerAddress(typed)).toThrow('not a server address');
      expect(isInTheClear(typed)).toBe(false);
    },
  );

  test.each([
    ['http://keytrail.example.com', true],
    ['http://192.168.1.20:4310', true],
    ['http://[2001:db8::7]:4310', true],
    ['http://localhost.example.com', true],
    ['https://keytrail.example.com', false],
    ['keytrail.example.com', false],
    ['http://127.0.0.1:4310', false],
    ['http://[::1]:4310', false],
    ['http://keytrail.localhost:4310', false],
    ['localhost:4310', false],
  ])('%s can be read along on the way: %s', (typed, clear) => {
    expect(isInTheClear(typed)).toBe(clear);
  });
});
