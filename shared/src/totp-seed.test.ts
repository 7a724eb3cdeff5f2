import { expect, test } from 'vitest';
import { readTotpSeed, totpSeed } from './totp-seed.ts';

const secret = 'GEZDGNBVGY3TQOJQ';

test.each([
  secret,
  'gezd gnbv gy3t qojq',
  `otpauth://totp/Shop:sam?secret=${secret}&issuer=Shop`,
  `OTPAUTH://totp/x?secret=${secret}&digits=8&period=60&algorithm=SHA256`,
  `otpauth://totp/?secret=${secret}`,
  `otpauth://totp/x?secret=${secret}&period=&algorithm=SHA-512&image=https://shop.test/a.png#a`,
])('%s is a seed', (text) => expect(totpSeed.safeParse(text).success).toBe(true));

test.each([
  '',
  '   ',
  'A',
  'not base 32!',
  'otpauth://totp/x',
  `otpauth://hotp/x?secret=${secret}`,
  `otpauth://totp/x?secret=${secret}&period=0`,
  `otpauth://totp/x?secret=${secret}&digits=900000000`,
  `otpauth://totp/x?secret=${secret}&algorithm=MD5`,
])('%j is none', (text) => expect(totpSeed.safeParse(text).success).toBe(false));

test('an address is read as the settings of its codes', () => {
  expect(readTotpSeed('otpauth://totp/x?secret=gezd+gnbv&digits=8&period=60&algorithm=sha256&secret=AAAA')).toEqual({
    secret: 'GEZDGNBV',
    algorithm: 'SHA256',
    digits: 8,
    periodSeconds: 60,
  });
  expect(readTotpSeed('gezd gnbv')).toEqual({ secret: 'GEZDGNBV', algorithm: 'SHA1', digits: 6, periodSeconds: 30 });
});
