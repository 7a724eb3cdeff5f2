import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isInIpRange, isIpRange, toIpRange } from './ip-range.ts';

describe('an address or a range has one way to be written', () => {
  test.each([
    ['10.0.0.1', '10.0.0.1'],
    [' 10.1.2.3/8 ', '10.0.0.0/8'],
    ['10.0.0.1/32', '10.0.0.1'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['203.0.113.77/27', '203.0.113.64/27'],
    ['2001:DB8:0::7', '2001:db8::7'],
    ['2001:db8:ffff::/33', '2001:db8:8000::/33'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['::ffff:10.0.0.0/104', '10.0.0.0/8'],
  ])('%s is %s', (text, written) => {
    expect(toIpRange(text)).toBe(written);
  });

  test.each([
    '',
    '10.1',
    '10.0.0.256',
    '010.0.0.1',
    '0x7f.0.0.1',
    '10.0.0.0/08',
    '10.0.0.0/33',
    '10.0.0.0/+8',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    'fe80::1%eth0',
    '::1/129',
    'example.com',
  ])('%o is none', (text) => {
    expect(isIpRange(text)).toBe(false);
    expect(toIpRange(text)).toBeNull();
  });

  test('writing it so changes nothing about what lies in it', () => {
    const bytes = fc.tuple(fc.nat(3), fc.nat(3), fc.nat(255), fc.nat(255)).map((parts) => parts.join('.'));
    fc.assert(
      fc.property(bytes, fc.nat(32), bytes, (network, bits, address) => {
        const range = `${network}/${bits}`;
        expect(isInIpRange(address, toIpRange(range) ?? '')).toBe(isInIpRange(address, range));
      }),
    );
  });
});

test.each([
  ['10.1.2.3', '10.0.0.0/8', true],
  ['11.1.2.3', '10.0.0.0/8', false],
  ['::ffff:10.1.2.3', '10.0.0.0/8', true],
  ['2001:db8::1', '2001:db8::/32', true],
  ['2001:db8::1', '0.0.0.0/0', false],
  ['', '0.0.0.0/0', false],
  ['10.1.2.3', 'nonsense', false],
])('%o in %o: %s', (address, range, expected) => {
  expect(isInIpRange(address, range)).toBe(expected);
});
