// A call through one of Keytrail's proxies, made here because here is what it injects. The answer streams back; what was injected
// does not come back with it.

import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { pipeline, Transform } from 'node:stream';
import { toCode } from './totp.mjs';

/**
 * Makes the call that the ticket was signed for. `call` is `{ method, url, headers, hasBody, tokenField, inject: { headers, query,
 * basicAuth } }`; in what it injects, `${TOKEN}` and `${FIELD:name}` stand for fields that the ticket names.
 */
export function carryOut(request, response, call, claims, fields) {
  const secrets = [];
  const fill = (template) =>
    template.replaceAll(/\$\{(?:TOKEN|FIELD:([^}]+))\}/g, (_place, field) => {
      const name = field ?? call.tokenField;
      if (Object.hasOwn(claims.open, name)) return claims.open[name];
      const seed = claims.codes[name];
      const value = claims.fields.includes(name) ? fields[seed ?? name] : undefined;
      if (value === undefined) throw new Error(`the call names a field that its ticket does not: ${name}`);
      const filled = seed === undefined ? value : toCode(value, Date.now());
      secrets.push(filled);
      return filled;
    });
  const url = new URL(call.url);
  for (const [name, template] of Object.entries(call.inject.query)) url.searchParams.set(name, fill(template));
  const headers = { ...call.headers };
  for (const [name, template] of Object.entries(call.inject.headers)) headers[name.toLowerCase()] = fill(template);
  if (call.inject.basicAuth !== null) {
    const { username, password } = call.inject.basicAuth;
    const pair = Buffer.from(`${fill(username)}:${fill(password)}`).toString('base64');
    secrets.push(pair);
    headers.authorization = `Basic ${pair}`;
  }
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const upstream = send(url, { method: call.method, headers }, (answer) => {
      const {
        'content-length': _length,
        connection: _connection,
        'transfer-encoding': _coding,
        ...head
      } = answer.headers;
      const clean = Object.fromEntries(
        Object.entries(head).map(([name, value]) => [name, scrubHeader(value, secrets)]),
      );
      response.writeHead(answer.statusCode, { ...clean, 'x-keytrail-upstream': '1' });
      response.flushHeaders();
      pipeline(answer, createScrubber(toBytesForm(secrets)), response, () => resolve());
    });
    upstream.on('error', reject);
    response.on('close', () => upstream.destroy());
    if (call.hasBody) pipeline(request, upstream, () => undefined);
    else upstream.end();
  });
}

const stars = (text, secrets) =>
  secrets.reduce((rest, secret) => rest.replaceAll(secret, '*'.repeat(secret.length)), text);

const scrubHeader = (value, secrets) =>
  Array.isArray(value) ? value.map((text) => stars(text, secrets)) : stars(value, secrets);

/** Keeps back what may be the beginning of a secret, and no more: a stream must not wait for its next event. */
function createScrubber(secrets) {
  let rest = '';
  const findStart = (text) => {
    for (
      let at = Math.max(0, text.length - Math.max(0, ...secrets.map(({ length }) => length - 1)));
      at < text.length;
      at++
    ) {
      if (secrets.some((secret) => secret.startsWith(text.slice(at)))) return at;
    }
    return text.length;
  };
  return new Transform({
    // Bytes as characters of the same number, so that what is no text comes through unchanged.
    transform(chunk, _encoding, done) {
      const text = stars(rest + chunk.toString('latin1'), secrets);
      const start = findStart(text);
      rest = text.slice(start);
      done(null, Buffer.from(text.slice(0, start), 'latin1'));
    },
    flush: (done) => done(null, Buffer.from(rest, 'latin1')),
  });
}

/** What is very short is in every text. */
const toBytesForm = (secrets) =>
  secrets.filter(({ length }) => length >= 6).map((secret) => Buffer.from(secret, 'utf8').toString('latin1'));
