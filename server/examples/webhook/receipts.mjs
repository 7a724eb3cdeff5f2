// Receipts: what became of every ticket, told to Keytrail, and of every token whose renewal took its time. They are kept until Keytrail has
// taken them.

import { randomUUID } from 'node:crypto';
import { deriveKeys, signMessage } from './protocol.mjs';
import { toSecondsLeft } from './renewal.mjs';

/** Notes a receipt inside a change of the store; `sendReceipts` sends it. */
export function addReceipt(state, request, ticket, outcome, reason) {
  // A record of its own: nobody but its owner can leave anything out of it.
  const { service, label, fields, agentId, eventId } = JSON.parse(Buffer.from(ticket.split('.')[0], 'base64url'));
  const why = reason === undefined ? outcome : `${outcome} (${reason})`;
  const whom = agentId === null ? 'its owner or a proxy' : `agent ${agentId}`;
  console.log(`${new Date().toISOString()} ${why}: ${service}/${label} ${fields} for ${whom}, event ${eventId}`);
  state.receipts.push({
    type: 'receipt',
    requestId: randomUUID(),
    ticket,
    outcome,
    ...(reason === undefined ? {} : { reason }),
    ...(request.socket.remoteAddress === undefined ? {} : { clientIp: request.socket.remoteAddress }),
    userAgent: String(request.headers['user-agent'] ?? '').slice(0, 1000),
  });
}

/** A notice of a renewed token lies here until it is sent: what it says of its end is as of then. */
function toMessage({ expiresAt, ...told }) {
  return expiresAt === undefined ? told : { ...told, expiresInS: toSecondsLeft(expiresAt) };
}

let sending = false;

/** Sends what is kept, the oldest first; what does not get through is tried again with the next, and every few seconds. */
export async function sendReceipts(store) {
  if (sending) return;
  sending = true;
  try {
    while (store.state.receipts.length > 0 && store.state.binding !== null) {
      const [receipt] = store.state.receipts;
      const { accountId, secret, receiptsUrl } = store.state.binding;
      const body = JSON.stringify(toMessage(receipt));
      const { message } = deriveKeys(Buffer.from(secret, 'base64'));
      const headers = { ...signMessage(message, body, receipt.requestId), 'x-keytrail-account': accountId };
      const signal = AbortSignal.timeout(10_000);
      const answer = await fetch(receiptsUrl, { method: 'POST', headers, body, signal, redirect: 'error' });
      // What Keytrail refuses for good, such as a receipt for a binding that has ended, is not sent for ever.
      if (!answer.ok && (answer.status >= 500 || answer.status === 429)) return;
      if (!answer.ok) console.error(`Keytrail did not take a receipt: HTTP ${answer.status}`);
      store.change((state) => state.receipts.shift());
    }
  } catch (error) {
    console.error(`Keytrail was not reached with a receipt: ${error.message}`);
  } finally {
    sending = false;
  }
}
