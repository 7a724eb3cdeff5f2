// A call through one of Keytrail's proxies, made here because here is what it injects. The answer streams back; what was injected
// does not come back with it, as it is or as programs usually write it.

import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { pipeline, Transform } from 'node:stream';
import { Refusal } from './protocol.mjs';
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
      // It was asked for none: what is compressed cannot be searched.
      if ((answer.headers['content-encoding'] ?? 'identity') !== 'identity') {
        answer.destroy();
        return void reject(
          new Refusal(502, 'encoded', 'The upstream compressed its answer, though it was asked not to.'),
        );
      }
      const forms = toForms(secrets);
      const {
        'content-length': _length,
        connection: _connection,
        'transfer-encoding': _coding,
        ...head
      } = answer.headers;
      const clean = Object.fromEntries(Object.entries(head).map(([name, value]) => [name, scrubHeader(value, forms)]));
      response.writeHead(answer.statusCode, { ...clean, 'x-keytrail-upstream': '1' });
      response.flushHeaders();
      pipeline(answer, createScrubber(forms), response, () => resolve());
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

/** How a value may come back, each as characters of the same number as its bytes. What is very short is in every text. */
function toForms(secrets) {
  const forms = secrets.filter(({ length }) => length >= 6).flatMap(toWays);
  return [...new Set(forms)].sort((a, b) => b.length - a.length).map((form) => Buffer.from(form).toString('latin1'));
}

function toWays(secret) {
  const bytes = Buffer.from(secret);
  const json = JSON.stringify(secret).slice(1, -1);
  // In base64 it begins at one of three places; only the characters that are its alone are looked for.
  const base64 = [0, 1, 2].map((before) =>
    Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6)),
  );
  const url = base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'));
  const nested = JSON.stringify(json).slice(1, -1);
  return [secret, json, nested, encodeURIComponent(secret), bytes.toString('hex'), ...base64, ...url];
}
