// The seed of one-time codes (RFC 6238) as people have it: Base32, or an otpauth:// address.

import { z } from 'zod';

const shape = 'must be Base32 or an otpauth://totp/ address with 6 to 8 digits and a period of 1 to 300 seconds';

/** Trims, and writes the address's scheme in lower case as its readers expect. */
export const totpSeed = z
  .string()
  .trim()
  .max(1000)
  .transform((text) => text.replace(/^otpauth:/i, 'otpauth:'))
  .refine((text) => (text.startsWith('otpauth:') ? isTotpAddress(text) : isBase32(text)), shape);

function isTotpAddress(text: string): boolean {
  if (!/^otpauth:\/\/totp\//.test(text) || !URL.canParse(text)) return false;
  const params = new URL(text).searchParams;
  const algorithm = (params.get('algorithm') ?? 'SHA1').toUpperCase();
  return (
    isBase32(params.get('secret') ?? '') &&
    /^[678]$/.test(params.get('digits') ?? '6') &&
    /^([1-9]|[1-9]\d|[12]\d\d|300)$/.test(params.get('period') ?? '30') &&
    ['SHA1', 'SHA256', 'SHA512'].includes(algorithm)
  );
}

/** At least one whole byte; groups may be set apart by spaces. */
function isBase32(text: string): boolean {
  return /^[A-Z2-7]{2,}=*$/i.test(text.replaceAll(' ', ''));
}
