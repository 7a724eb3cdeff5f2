// The one-time code of a seed (RFC 6238), given as Base32 or as an otpauth:// address.

import { createHmac } from 'node:crypto';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export function toCode(seed, nowMs) {
  const parameters = toParameters(seed);
  const digits = Number(parameters.get('digits') ?? 6);
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(nowMs / 1000 / toPeriod(seed))));
  const algorithm = (parameters.get('algorithm') ?? 'SHA1').toLowerCase();
  const hash = createHmac(algorithm, toBytes(parameters.get('secret') ?? ''))
    .update(counter)
    .digest();
  const number = hash.readUInt32BE((hash.at(-1) ?? 0) & 15) & 0x7fffffff;
  return String(number % 10 ** digits).padStart(digits, '0');
}

/** When the code of this moment ends. */
export function toValidUntil(seed, nowMs) {
  const periodMs = toPeriod(seed) * 1000;
  return new Date((Math.floor(nowMs / periodMs) + 1) * periodMs).toISOString();
}

function toParameters(seed) {
  return seed.startsWith('otpauth:') ? new URL(seed).searchParams : new URLSearchParams({ secret: seed });
}

function toPeriod(seed) {
  return Number(toParameters(seed).get('period') || 30);
}

function toBytes(base32) {
  let bits = '';
  for (const character of base32.toUpperCase().replaceAll(/[\s=]/g, '')) {
    bits += alphabet.indexOf(character).toString(2).padStart(5, '0');
  }
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}
