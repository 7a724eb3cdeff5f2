// Signed messages: the known answer is Python's.

import { expect, test } from 'vitest';
import { deriveWebhookKeys } from './webhook-keys.ts';
import { findMessageFault, type MessageHead, signMessage } from './webhook-message.ts';

const { message: key } = deriveWebhookKeys(Uint8Array.from({ length: 32 }, (_, index) => index));
const body = '{"type":"health","requestId":"r-1"}';
const nowMs = 1_795_000_000_400;
const head: MessageHead = {
  signature: 'v1=4e6b7b26c43390f35a60eab210b36fc3828ac29ecd0a18bb0ffd9a7801991d3e',
  timestamp: '1795000000',
  requestId: 'r-1',
};

function findFault(changes: Partial<MessageHead> = {}, text = body, atMs = nowMs, isNew = true, saidId = 'r-1') {
  return findMessageFault(key, { ...head, ...changes }, text, saidId, atMs, () => isNew);
}

test('a message is signed over its timestamp and its body', () => {
  expect(signMessage(key, body, 'r-1', nowMs)).toEqual(head);
  expect(findFault()).toBeNull();
});

test('forged: a changed body, timestamp or signature, or another key', () => {
  expect(findFault({}, body.replace('health', 'remove'))).toBe('forged');
  expect(findFault({ timestamp: '1795000001' })).toBe('forged');
  expect(findFault({ signature: head.signature.replace('4e', '4f') })).toBe('forged');
  expect(findFault({ signature: '' })).toBe('forged');
  const other = deriveWebhookKeys(new Uint8Array(32)).message;
  expect(findMessageFault(other, head, body, 'r-1', nowMs, () => true)).toBe('forged');
});

test('skewed: more than 300 seconds early or late', () => {
  expect(findFault({}, body, 1_795_000_300_000)).toBeNull();
  expect(findFault({}, body, 1_795_000_300_001)).toBe('skewed');
  expect(findFault({}, body, 1_794_999_700_000)).toBeNull();
  expect(findFault({}, body, 1_794_999_699_999)).toBe('skewed');
});

test('malformed: a head that lacks a member, or names another request than its body', () => {
  expect(findMessageFault(key, {}, body, 'r-1', nowMs, () => true)).toBe('malformed');
  expect(findFault({ timestamp: '1795000000.5' })).toBe('malformed');
  expect(findFault({ requestId: 'r-2' })).toBe('malformed');
  expect(findFault({}, body, nowMs, true, '')).toBe('malformed');
});

test('replayed: a request id that was seen before; what is not signed is never remembered', () => {
  expect(findFault({}, body, nowMs, false)).toBe('replayed');
  const asked: string[] = [];
  const forged = { ...head, signature: 'v1=00' };
  findMessageFault(key, forged, body, 'r-1', nowMs, (id) => asked.push(id) > 0);
  expect(asked).toEqual([]);
});
