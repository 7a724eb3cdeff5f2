import { AppError } from '@keytrail/shared/errors';
import { expect, test } from 'vitest';
import { toBytes, toPosted } from './mcp-posted.ts';

const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'one', _meta: { progressToken: 'p' } } };

test('of a batch is kept what it calls, what it takes back, who waits for an answer, and its bytes', () => {
  const cancelled = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 7 } };
  const messages = [call, cancelled, { jsonrpc: '2.0', id: 'l', method: 'tools/list' }];
  expect(toPosted(messages, messages)).toEqual({
    ids: [1, 'l'],
    calls: [{ id: 1, method: 'tools/call', name: 'one' }],
    cancelled: [7],
    progressTokens: ['p'],
    isListening: false,
    body: Buffer.from(JSON.stringify(messages)),
  });
});

test('a stream is told from calls', () => {
  const listen = { jsonrpc: '2.0', id: 1, method: 'subscriptions/listen' };
  expect(toPosted([listen], listen).isListening).toBe(true);
});

test('what can be read and not be written again is refused', () => {
  const deep = JSON.parse(`${'['.repeat(200_000)}${']'.repeat(200_000)}`);
  expect(() => toBytes(deep)).toThrow(AppError);
});
