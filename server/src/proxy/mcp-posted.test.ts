import { AppError } from '@keytrail/shared/errors';
import { expect, test } from 'vitest';
import { toBytes, toPosted } from './mcp-posted.ts';

const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'one', _meta: { progressToken: 'p' } } };

test('of a batch is kept what it calls, what it takes back, who waits for an answer, and its bytes', () => {
  const cancelled = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 7 } };
  const messages = [call, cancelled, { jsonrpc: '2.0', id: 'l', method: 'tools/list' }];
  const body = Buffer.from('as it goes out');
  expect(toPosted(messages, body)).toEqual({
    ids: [1, 'l'],
    calls: [{ id: 1, method: 'tools/call', name: 'one' }],
    cancelled: [7],
    progressTokens: ['p'],
    isListening: false,
    body,
  });
});

test('a stream is told from calls', () => {
  const listen = { jsonrpc: '2.0', id: 1, method: 'subscriptions/listen' };
  expect(toPosted([listen], Buffer.alloc(0)).isListening).toBe(true);
});

test('what can be read and not be written again is refused', () => {
  const deep = JSON.parse(`${'['.repeat(200_000)}${']'.repeat(200_000)}`);
  expect(() => toBytes(deep, '')).toThrow(AppError);
});

const bytesOf = (text: string) => toBytes(JSON.parse(text), text).toString();

test.each([
  '{"id":9007199254740993}',
  '{"channel_id":1203948572039485733}',
  '[1e400,1.0,-0,0.1000000000000000055]',
  '{"text":"1.5 and \\u00e9","n":1.50}',
])('numbers go out as they came: %s', (text) => {
  expect(bytesOf(text)).toBe(text.replace('\\u00e9', 'é'));
});

test('what comes twice goes out once, or not at all beside numbers that are delicate', () => {
  expect(bytesOf('{"a":1,"a":2}')).toBe('{"a":2}');
  expect(() => bytesOf('{"a":1.0,"a":2}')).toThrow('comes twice');
});
