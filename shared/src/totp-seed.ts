// The seed of one-time codes (RFC 6238) as people have it: Base32, or an otpauth:// address.

import { z } from 'zod';

const shape = 'must be Base32 or an otpauth://totp/ address with 6 to 8 digits and a period of 1 to 300 seconds';

/** Trims, and writes the address's scheme in lower case as its readers expect. */
export const totpSeed = z
  .string()
  .trim()
  .max(1000)
  .transform((text) => text.replace(/^otpauth:/i, 'otpauth:'))
  .refine((text) => readTotpSeed(text) !== null, shape);

export interface TotpSettings {
  /** Base32 in capitals, without spaces. */
  readonly secret: string;
  readonly algorithm: (typeof algorithms)[number];
  readonly digits: number;
  readonly periodSeconds: number;
}

const algorithms = ['SHA1', 'SHA256', 'SHA512'] as const;

/** What codes are made from; null for what is no seed. The one reader: what it takes when stored, it takes when used. */
export function readTotpSeed(text: string): TotpSettings | null {
  if (!text.startsWith('otpauth:')) return toSettings(text, new URLSearchParams());
  if (!/^otpauth:\/\/totp\//.test(text) || !URL.canParse(text)) return null;
  const params = new URL(text).searchParams;
  return toSettings(params.get('secret') ?? '', params);
}

function toSettings(base32: string, params: URLSearchParams): TotpSettings | null {
  const secret = base32.replaceAll(' ', '').toUpperCase();
  // Some write SHA-256, and some leave a parameter empty that they have no wish for.
  const hash = (params.get('algorithm') || 'SHA1').toUpperCase().replace('-', '');
  const algorithm = algorithms.find((name) => name === hash);
  const digits = params.get('digits') || '6';
  const period = params.get('period') || '30';
  // At least one whole byte.
  if (!/^[A-Z2-7]{2,}=*$/.test(secret) || algorithm === undefined) return null;
  if (!/^[678]$/.test(digits) || !/^([1-9]|[1-9]\d|[12]\d\d|300)$/.test(period)) return null;
  return { secret, algorithm, digits: Number(digits), periodSeconds: Number(period) };
}
