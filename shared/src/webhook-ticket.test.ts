// Tickets: the known answer is Python's.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deriveWebhookKeys } from './webhook-keys.ts';
import { readTicket, signTicket, type TicketClaims } from './webhook-ticket.ts';

const { ticket: key, message } = deriveWebhookKeys(Uint8Array.from({ length: 32 }, (_, index) => index));
const claims: TicketClaims = {
  v: 1,
  id: '00000000-0000-4000-8000-000000000001',
  accountId: '00000000-0000-4000-8000-000000000002',
  credentialId: '00000000-0000-4000-8000-000000000003',
  purpose: 'agent',
  service: 'github',
  label: 'main',
  kind: 'token',
  fields: ['value'],
  codes: {},
  open: {},
  agentId: '00000000-0000-4000-8000-000000000004',
  proxyId: null,
  call: null,
  version: null,
  eventId: '00000000-0000-4000-8000-000000000005',
  correlationId: '00000000-0000-4000-8000-000000000006',
  receiptId: '00000000-0000-4000-8000-000000000007',
  issuedAt: 1_795_000_000,
  expiresAt: 1_795_000_060,
};
const ticket = signTicket(key, claims);

test('a ticket is its claims in canonical JSON and their HMAC', () => {
  expect(ticket.split('.')[1]).toBe('mS6xeMKWEpGHsz_-YLF9bjClwEhjNxzLC7JqOhHkYrE');
  expect(readTicket(key, ticket, 1_795_000_000_000)).toEqual({ outcome: 'valid', claims });
});

test('expired: from its end on', () => {
  expect(readTicket(key, ticket, 1_795_000_059_999).outcome).toBe('valid');
  expect(readTicket(key, ticket, 1_795_000_060_000).outcome).toBe('expired');
});

test('forged: any other text, another key, or a claim that was changed', () => {
  for (const text of ['', '.', 'a.b', `${ticket}.`, ticket.replace('.', ''), `${ticket}A`]) {
    expect(readTicket(key, text, 0).outcome, text).toBe('forged');
  }
  expect(readTicket(message, ticket, 0).outcome).toBe('forged');
  const [, signature] = ticket.split('.');
  const [changed] = signTicket(key, { ...claims, agentId: null }).split('.');
  expect(readTicket(key, `${changed}.${signature}`, 0).outcome).toBe('forged');
});

test('forged: whatever single character is changed', () => {
  fc.assert(
    fc.property(fc.nat(ticket.length - 1), fc.constantFrom('A', 'b', '7', '-', '.'), (place, character) => {
      fc.pre(ticket[place] !== character);
      const text = ticket.slice(0, place) + character + ticket.slice(place + 1);
      return readTicket(key, text, 0).outcome === 'forged';
    }),
  );
});
