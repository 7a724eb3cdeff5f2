// Keytrail's webhook protocol, written with nothing but Node: keys, signed messages, tickets, and secrets sealed on their way.

import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';

const skewSecondsMax = 300;

/** A refusal, as whoever called is told it. */
export class Refusal extends Error {
  constructor(status, code, sentence) {
    super(sentence);
    Object.assign(this, { status, code });
  }
}

const derive = (input, salt, info) => Buffer.from(hkdfSync('sha256', input, salt, `keytrail webhook ${info} v1`, 32));

/** The keys of the shared secret, each for one purpose. */
export function deriveKeys(secret) {
  const keyFor = (purpose) => derive(secret, '', purpose);
  return { message: keyFor('message'), ticket: keyFor('ticket'), transit: keyFor('transit') };
}

export const deriveBindingKey = (code) => derive(code, '', 'binding');

/** What both sides make of the code and their nonces; it never crosses the wire, and neither does the code. */
export function deriveSecret(code, theirs, ours) {
  return derive(code, Buffer.concat([Buffer.from(theirs, 'base64url'), Buffer.from(ours, 'base64url')]), 'secret');
}

export const mintNonce = () => randomBytes(32).toString('base64url');

const hmac = (key, text) => createHmac('sha256', key).update(text).digest();

const isSame = (one, other) => one.length === other.length && timingSafeEqual(one, other);

/** The headers of a message: HMAC-SHA256 over `timestamp.body`. */
export function signMessage(key, body, requestId) {
  const timestamp = String(Math.floor(Date.now() / 1000));
  return {
    'content-type': 'application/json',
    'x-keytrail-timestamp': timestamp,
    'x-keytrail-request-id': requestId,
    'x-keytrail-signature': `v1=${hmac(key, `${timestamp}.${body}`).toString('hex')}`,
  };
}

/**
 * Reads a message of Keytrail for one endpoint. Throws a Refusal for one that is not signed, old, repeated, or for another.
 * `seen` keeps what came in before; only signed messages get there.
 */
export function readMessage(seen, key, headers, body, type) {
  const { 'x-keytrail-timestamp': timestamp = '', 'x-keytrail-signature': signature = '' } = headers;
  const distance = Math.abs(Date.now() / 1000 - Number(timestamp));
  if (!/^\d{1,12}$/.test(timestamp) || distance > skewSecondsMax) throw new Refusal(401, 'skewed', 'The clock is off.');
  const expected = Buffer.from(`v1=${hmac(key, `${timestamp}.${body}`).toString('hex')}`);
  if (!isSame(Buffer.from(signature), expected)) throw new Refusal(401, 'forged', 'The signature is wrong.');
  const message = JSON.parse(body);
  const { requestId } = message;
  if (message.type !== type || headers['x-keytrail-request-id'] !== requestId) {
    throw new Refusal(400, 'malformed', 'This message is for something else.');
  }
  const isNew = seen.note(requestId, Date.now() + 2 * skewSecondsMax * 1000);
  if (!isNew) throw new Refusal(409, 'replayed', 'This message was sent before.');
  return message;
}

/** Reads a ticket that somebody presents; throws a Refusal unless Keytrail signed it. Its end is for the caller to look at. */
export function readTicket(key, text) {
  const [payload = '', signature = '', ...rest] = text.split('.');
  const expected = Buffer.from(hmac(key, payload).toString('base64url'));
  if (rest.length > 0 || !isSame(Buffer.from(signature), expected)) {
    throw new Refusal(401, 'ticket_forged', 'This is no ticket of your Keytrail.');
  }
  return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
}

/** AES-256-GCM, bound to its message: `base64url(iv, ciphertext, tag)`. */
export function sealText(key, requestId, text) {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(requestId));
  const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return sealed.toString('base64url');
}

export function openText(key, requestId, text) {
  const sealed = Buffer.from(text, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12)).setAAD(Buffer.from(requestId));
  decipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]).toString('utf8');
}

/** Proves what is kept without saying it: the values by name, in the order of their names (RFC 8785). */
export function toDigest(key, fields) {
  const members = Object.keys(fields)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${JSON.stringify(fields[name])}`);
  return hmac(key, `{${members.join(',')}}`).toString('base64url');
}

export const toHash = (text) => createHash('sha256').update(text).digest('base64url');
