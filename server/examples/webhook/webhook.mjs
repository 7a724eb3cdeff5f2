// A webhook for Keytrail's webhook mode: it holds the secrets and their key, and gives them out for tickets that Keytrail
// signed. A reference: small enough to be read in one sitting, with nothing but Node. See README.md.

import { createServer } from 'node:http';
import {
  deriveBindingKey,
  deriveKeys,
  deriveSecret,
  mintNonce,
  openText,
  Refusal,
  readMessage,
  readTicket,
  sealText,
  signMessage,
  toDigest,
  toHash,
} from './protocol.mjs';
import { readProviders } from './provider.mjs';
import { carryOut } from './proxy.mjs';
import { addReceipt, sendReceipts } from './receipts.mjs';
import { createRenewals } from './renewal.mjs';
import { openSeen } from './seen.mjs';
import { openStore } from './store.mjs';
import { toCode, toValidUntil } from './totp.mjs';

const { env } = process;
const folder = env.WEBHOOK_DIR ?? './webhook-data';
const store = openStore(folder);
const seen = openSeen(folder);
/** Whether Keytrail may have secrets back, sealed on their way: off unless their owner is moving back. */
const mayReturn = env.WEBHOOK_RETURN === 'on';
/** Where refresh tokens may go, and with which client secrets; with none named, nothing is renewed. */
const providers = readProviders(env.WEBHOOK_PROVIDERS);
/** Whether Keytrail may be given a refresh token, to exchange it itself. */
const mayMediate = env.WEBHOOK_MEDIATED === 'on';
const renewals = createRenewals(store, providers);
/** Only these agents (by id), whatever Keytrail says; all where none is named. */
const agents = (env.WEBHOOK_AGENTS ?? '').split(',').filter((id) => id !== '');
const bodyBytesMax = 16 * 1024 * 1024;

function getKeys() {
  if (store.state.binding === null) throw new Refusal(409, 'unbound', 'This webhook is bound to no account yet.');
  return deriveKeys(Buffer.from(store.state.binding.secret, 'base64'));
}

/** Endpoints for Keytrail itself: a signed message, and what is answered to it. */
const messages = {
  health: () => ({
    type: 'healthy',
    capabilities: [
      ...(mayReturn ? ['return'] : []),
      ...(providers.length > 0 ? ['refresh'] : []),
      ...(providers.length > 0 && mayMediate ? ['mediated-refresh'] : []),
    ],
    credentials: Object.keys(store.state.credentials).length,
  }),
  store: ({ requestId, credentialId, version, sealed }, { transit }) => {
    const fields = JSON.parse(openText(transit, requestId, sealed));
    const held = store.state.credentials[credentialId];
    if (held !== undefined && held.version > version) throw new Refusal(409, 'stale', 'A newer one is kept here.');
    store.change(({ credentials }) => {
      credentials[credentialId] = { version, fields };
    });
    return { type: 'stored', digest: toDigest(transit, store.readBack(credentialId)) };
  },
  remove: ({ credentialIds }) => {
    store.change(({ credentials }) => {
      for (const id of credentialIds) delete credentials[id];
    });
    return { type: 'removed' };
  },
  return: ({ requestId, credentialId }, { transit }) => {
    if (!mayReturn)
      throw new Refusal(403, 'return_off', 'This webhook gives nothing back; start it with WEBHOOK_RETURN=on.');
    if (renewals.isUnderWay(credentialId)) throw new Refusal(409, 'refreshing', 'Its token is being renewed.');
    const held = store.state.credentials[credentialId];
    if (held === undefined) throw new Refusal(404, 'missing', 'This credential is not kept here.');
    return {
      type: 'returned',
      version: held.version,
      sealed: sealText(transit, requestId, JSON.stringify(held.fields)),
    };
  },
  'refresh-notify': (message) => {
    if (providers.length === 0) throw new Refusal(403, 'refresh_off', 'This webhook renews no tokens.');
    return renewals.notify(message);
  },
  refresh: (message, keys) => {
    if (!mayMediate) throw new Refusal(403, 'mediated_off', 'This webhook gives no refresh token.');
    return message.action === 'get' ? renewals.give(message, keys) : renewals.take(message, keys);
  },
};

/** The first message, signed by the one-time code: both sides make the shared secret of it, and the code is used up. */
function bind(headers, body) {
  const code = env.WEBHOOK_CODE ?? '';
  if (code === '' || store.state.usedCodes.includes(toHash(code))) {
    throw new Refusal(409, 'no_code', 'Start this webhook with WEBHOOK_CODE set to a fresh code.');
  }
  const key = deriveBindingKey(code);
  const { requestId, accountId, receiptsUrl, nonce } = readMessage(seen, key, headers, body, 'bind');
  const ours = mintNonce();
  const secret = deriveSecret(code, nonce, ours).toString('base64');
  store.change((state) => {
    state.usedCodes.push(toHash(code));
    state.binding = { accountId, receiptsUrl, secret };
  });
  console.log(`Bound to the Keytrail account ${accountId}.`);
  return { key, answer: { type: 'bound', requestId, nonce: ours } };
}

/** Takes a ticket, once. Whatever is wrong with one that Keytrail signed is told to Keytrail, too. */
function takeTicket(request, text, purposes, refuseAlso = () => undefined) {
  const claims = readTicket(getKeys().ticket, text);
  const refuse = (status, reason, sentence) => {
    store.change((state) => addReceipt(state, request, text, 'refused', reason));
    throw new Refusal(status, `ticket_${reason}`, sentence);
  };
  const { [claims.id]: used } = store.state.usedTickets;
  const caller = request.headers['x-keytrail-agent'];
  if (!purposes.includes(claims.purpose)) refuse(403, 'call', 'This ticket is for something else.');
  if (used !== undefined) refuse(410, 'used', 'This ticket was used before. Ask Keytrail for another.');
  if (Date.now() >= claims.expiresAt * 1000) refuse(410, 'expired', 'This ticket is over. Ask Keytrail for another.');
  const isBarred = claims.agentId !== null && agents.length > 0 && !agents.includes(claims.agentId);
  if (isBarred || (caller !== undefined && caller !== claims.agentId))
    refuse(403, 'agent', 'Not a ticket of this agent.');
  const held = store.state.credentials[claims.credentialId];
  if (claims.purpose !== 'store' && held === undefined) refuse(404, 'missing', 'This credential is not kept here.');
  const other = refuseAlso(claims);
  if (other !== undefined) refuse(403, other, 'This ticket is for another call.');
  return { claims, held };
}

/** Marks it used inside a change: what is not on the disk has not been given out. */
function spend(state, { id, expiresAt }) {
  for (const [old, until] of Object.entries(state.usedTickets))
    if (until * 1000 < Date.now()) delete state.usedTickets[old];
  state.usedTickets[id] = expiresAt;
}

/** The values for a ticket, as Keytrail itself would have answered them. */
function giveOut(request, ticket) {
  const { claims, held } = takeTicket(request, ticket, ['agent', 'owner']);
  const values = { ...claims.open };
  const nowMs = Date.now();
  // What is worth nothing after its period says when that ends.
  let validUntil = null;
  for (const name of claims.fields) {
    const seed = Object.hasOwn(claims.codes, name) ? claims.codes[name] : undefined;
    const value = held.fields[seed ?? name];
    if (value !== undefined) values[name] = seed === undefined ? value : toCode(value, nowMs);
    if (value !== undefined && seed !== undefined) validUntil = toValidUntil(value, nowMs);
  }
  store.change((state) => {
    spend(state, claims);
    addReceipt(state, request, ticket, 'delivered');
  });
  const { service, label, kind, eventId } = claims;
  return { result: { data: { service, label, kind, values, validUntil, eventId } } };
}

/** The owner writes what Keytrail never sees: fields to set, and fields (null) to remove. */
function takeIn(request, ticket, body) {
  const { claims, held } = takeTicket(request, ticket, ['store']);
  const { fields } = JSON.parse(body);
  const foreign = Object.entries(fields).find(
    ([name, value]) => !claims.fields.includes(name) || (value !== null && typeof value !== 'string'),
  );
  if (foreign !== undefined) throw new Refusal(400, 'malformed', `The ticket does not cover the field ${foreign[0]}.`);
  // What is left out would stay as it was, under the number of what was to come.
  const missing = claims.fields.find((name) => !Object.hasOwn(fields, name));
  if (missing !== undefined) throw new Refusal(400, 'malformed', `The field ${missing} is missing.`);
  const next = { ...held?.fields, ...fields };
  for (const [name, value] of Object.entries(next)) if (value === null) delete next[name];
  store.change((state) => {
    spend(state, claims);
    const version = Math.max(claims.version, held?.version ?? 0);
    state.credentials[claims.credentialId] = { ...held, version, fields: next };
    addReceipt(state, request, ticket, 'stored');
  });
  return { result: { data: { stored: Object.keys(fields) } } };
}

async function answer(request, response) {
  const url = new URL(request.url, 'http://webhook.invalid');
  const endpoint = url.pathname.split('/').at(-1);
  const ticket = request.headers['x-keytrail-ticket'] ?? url.searchParams.get('ticket');
  // Pages and extensions may call: what speaks for anybody here is a ticket, never a cookie.
  response.setHeader('access-control-allow-origin', '*');
  response.setHeader('access-control-allow-headers', 'content-type, x-keytrail-ticket');
  response.setHeader('cache-control', 'no-store');
  if (request.method === 'OPTIONS') return void response.writeHead(204).end();
  if (request.method === 'GET' && endpoint === 'health') return send(response, 200, { ok: true });
  if (request.method !== 'POST') throw new Refusal(405, 'method', 'Call this by POST.');
  if (endpoint === 'proxy' && ticket) {
    const call = String(request.headers['x-keytrail-call'] ?? '');
    const isOther = (claims) => (claims.call === toHash(call) ? undefined : 'call');
    const { claims, held } = takeTicket(request, ticket, ['proxy'], isOther);
    store.change((state) => spend(state, claims));
    return carryOut(
      request,
      response,
      JSON.parse(Buffer.from(call, 'base64url').toString('utf8')),
      claims,
      held.fields,
    );
  }
  const body = await readBody(request);
  if (endpoint === 'credential' && ticket) return send(response, 200, giveOut(request, ticket));
  if (endpoint === 'store' && ticket) return send(response, 200, takeIn(request, ticket, body));
  if (endpoint === 'bind') {
    const bound = bind(request.headers, body);
    return sendSigned(response, bound.key, bound.answer);
  }
  const work = Object.hasOwn(messages, endpoint) ? messages[endpoint] : undefined;
  if (work === undefined) throw new Refusal(404, 'unknown', 'There is no such endpoint, or it takes a ticket.');
  const keys = getKeys();
  const message = readMessage(seen, keys.message, request.headers, body, endpoint);
  return sendSigned(response, keys.message, { requestId: message.requestId, ...(await work(message, keys)) });
}

async function readBody(request) {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > bodyBytesMax) throw new Refusal(413, 'too_large', 'The body is too large.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function send(response, status, body, headers = {}) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

function sendSigned(response, key, body) {
  const text = JSON.stringify(body);
  response.writeHead(200, signMessage(key, text, body.requestId)).end(text);
}

function refuse(response, error) {
  if (response.headersSent) return void response.destroy();
  const { status = 500, code = 'internal' } = error;
  const sentence = error instanceof Refusal ? error.message : 'Something broke in the webhook.';
  if (!(error instanceof Refusal)) console.error(error);
  // In the shape of Keytrail's own errors, so that an agent reads the one as the other.
  send(response, status, { error: { message: sentence, code: -32_600, data: { keytrail: { code, sentence } } } });
}

// Calls to be made for a proxy come in a header.
const server = createServer({ maxHeaderSize: 65_536 }, (request, response) => {
  answer(request, response)
    .catch((error) => refuse(response, error))
    .finally(() => sendReceipts(store));
});
setInterval(() => sendReceipts(store), 5_000);
server.listen(Number(env.WEBHOOK_PORT ?? 4320), env.WEBHOOK_HOST ?? '127.0.0.1', () => {
  const { address, port } = server.address();
  console.log(`The webhook listens at http://${address}:${port}.`);
  process.send?.({ ready: true, url: `http://${address}:${port}` });
});
