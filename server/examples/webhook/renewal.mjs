// Tokens renewed where they lie: by this webhook itself, once Keytrail says that one ends, or by Keytrail, which is given the refresh token
// and brings the new pair. A pair is on the disk before anybody hears of it, and whoever asks again hears of it again.

import { randomUUID } from 'node:crypto';
import { openText, Refusal, sealText, toDigest } from './protocol.mjs';
import { exchange } from './provider.mjs';

/** Keytrail waits for ten seconds; whoever takes longer says so, and tells of the outcome later. */
const patienceMs = 5_000;
const type = 'renewal';

/** @param providers where refresh tokens may go, as their owner named them. */
export function createRenewals(store, providers) {
  /** One at a time for each credential: a rotated token is good once. */
  const underWay = new Map();
  const find = (id) => store.state.credentials[id];

  /** What it takes to renew one, or the answer where there is nothing to do or nothing to do it with. */
  function prepare({ credentialId, held }, { tokenUrl, clientId }) {
    const kept = find(credentialId);
    if (kept === undefined) return { answer: { type, status: 'no_token' } };
    if (kept.renewed !== undefined && kept.renewed.version > held) return { answer: toRefreshed(kept.renewed) };
    if (kept.version < held) throw new Refusal(409, 'pending', 'An edit of this credential has not arrived here yet.');
    if (kept.fields.refreshToken === undefined) return { answer: { type, status: 'no_refresh_token' } };
    const named = providers.find((one) => one.tokenUrl === tokenUrl && one.clientId === clientId);
    if (named === undefined) return { answer: { type, status: 'error', code: 'token_url' } };
    const secret = named.clientSecret ?? kept.fields.clientSecret;
    return { kept, provider: { ...named, ...(secret === undefined ? {} : { clientSecret: secret }) } };
  }

  /** Stores a pair, unless the owner has put in another one since. */
  function keep(state, credentialId, usedToken, asked, { expiresAt, scopes, ...fields }) {
    const kept = state.credentials[credentialId];
    if (kept?.fields.refreshToken !== usedToken) return null;
    const version = Math.max(asked, kept.version);
    const renewed = {
      version,
      asked,
      expiresAt,
      fields: Object.keys(fields),
      ...(scopes === undefined ? {} : { scopes }),
    };
    state.credentials[credentialId] = { version, fields: { ...kept.fields, ...fields }, renewed };
    return renewed;
  }

  async function renew({ credentialId, service, version }, kept, provider, flight) {
    const { refreshToken } = kept.fields;
    const { tokens, failure } = await exchange(provider, refreshToken);
    const told = { type: 'renewed', requestId: randomUUID(), credentialId };
    console.log(
      `${new Date().toISOString()} ${failure?.errorClass ?? 'renewed'}: the token of ${service} at ${provider.tokenUrl}`,
    );
    return store.change((state) => {
      if (failure !== undefined) {
        const failed = { status: 'refresh_failed', ...failure };
        if (flight.acknowledged) state.receipts.push({ ...told, ...failed });
        return { type, ...failed };
      }
      const renewed = keep(state, credentialId, refreshToken, version, tokens);
      if (renewed === null) return { type, status: 'superseded' };
      if (flight.acknowledged) state.receipts.push({ ...told, ...toFacts(renewed) });
      return toRefreshed(renewed);
    });
  }

  return {
    isUnderWay: (credentialId) => underWay.has(credentialId),

    /** Keytrail says that a token ends. Its hint only chooses among what the owner has named. */
    async notify(message) {
      let flight = underWay.get(message.credentialId);
      if (flight === undefined) {
        const { answer, kept, provider } = prepare(message, message.refreshHint);
        if (answer !== undefined) return answer;
        flight = { acknowledged: false };
        flight.ended = renew(message, kept, provider, flight).finally(() => underWay.delete(message.credentialId));
        underWay.set(message.credentialId, flight);
      }
      let timer;
      const patience = new Promise((resolve) => {
        timer = setTimeout(resolve, patienceMs);
      });
      const answer = await Promise.race([flight.ended, patience]);
      clearTimeout(timer);
      if (answer !== undefined) return answer;
      flight.acknowledged = true;
      flight.ended.catch((error) => console.error(error));
      return { type, status: 'acknowledged' };
    },

    /** Keytrail asks for a refresh token, to exchange it at an address that the owner has named. */
    async give(message, { transit }) {
      await underWay.get(message.credentialId)?.ended;
      const { answer, kept, provider } = prepare(message, message);
      if (answer !== undefined) return answer;
      const { clientSecret } = provider;
      const fields = {
        refreshToken: kept.fields.refreshToken,
        ...(clientSecret === undefined ? {} : { clientSecret }),
      };
      console.log(`${new Date().toISOString()} given to Keytrail: the refresh token of ${message.credentialId}`);
      return { type, status: 'given', sealed: sealText(transit, message.requestId, JSON.stringify(fields)) };
    },

    /** Keytrail brings what it was exchanged for. Said again after an answer that was lost, it is as good as once. */
    take({ credentialId, requestId, version, used, expiresInS, scopes, sealed }, { transit }) {
      const kept = find(credentialId);
      if (kept === undefined) return { type, status: 'no_token' };
      const fields = JSON.parse(openText(transit, requestId, sealed));
      const isKept = kept.renewed?.asked === version;
      if (!isKept && toDigest(transit, { refreshToken: kept.fields.refreshToken ?? '' }) !== used) {
        return { type, status: 'superseded' };
      }
      const expiresAt = expiresInS === null ? null : Date.now() + expiresInS * 1000;
      const tokens = { ...fields, expiresAt, ...(scopes === undefined ? {} : { scopes }) };
      const renewed = isKept
        ? kept.renewed
        : store.change((state) => keep(state, credentialId, kept.fields.refreshToken, version, tokens));
      const back = store.readBack(credentialId);
      const digest = toDigest(transit, Object.fromEntries(Object.keys(fields).map((name) => [name, back[name]])));
      return { ...toRefreshed(renewed), digest };
    },
  };
}

/** How long it is good for from now on, whatever Keytrail's clock says. */
export const toSecondsLeft = (expiresAt) => (expiresAt === null ? null : Math.max(0, (expiresAt - Date.now()) / 1000));

const toFacts = ({ asked: _asked, ...facts }) => ({ status: 'refreshed', ...facts });

function toRefreshed({ expiresAt, ...renewed }) {
  return { type, ...toFacts(renewed), expiresInS: toSecondsLeft(expiresAt) };
}
