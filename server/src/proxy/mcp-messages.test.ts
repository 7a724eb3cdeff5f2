import { describe, expect, test } from 'vitest';
import {
  findCalls,
  findHeaderMismatch,
  hasHiddenCall,
  isOffered,
  listIds,
  toMessages,
  toProgressTokens,
  toTool,
} from './mcp-messages.ts';

const call = (name: unknown, id: unknown = 1) => ({ jsonrpc: '2.0', id, method: 'tools/call', params: { name } });
const read = { jsonrpc: '2.0', id: 'r', method: 'resources/read', params: { uri: 'note://one' } };
const prompt = { jsonrpc: '2.0', id: 3, method: 'prompts/get', params: { name: 'greet' } };

const getMessages = (body: unknown) => {
  const messages = toMessages(body);
  if (messages === null) throw new Error('no JSON-RPC');
  return messages;
};

describe('the calls of a body', () => {
  test('are those of tools, resources and prompts, in a batch in their order', () => {
    const batch = getMessages([{ id: 0, method: 'tools/list' }, call('one'), read, { method: 'initialized' }, prompt]);
    expect(findCalls(batch)).toEqual([
      { id: 1, method: 'tools/call', name: 'one' },
      { id: 'r', method: 'resources/read', name: 'note://one' },
      { id: 3, method: 'prompts/get', name: 'greet' },
    ]);
    expect(findCalls(batch).map(toTool)).toEqual(['one', 'resources/read note://one', 'prompts/get greet']);
    expect(listIds(batch)).toEqual([0, 1, 'r', 3]);
  });

  test('are named on one line of bounded length, whatever the caller wrote', () => {
    const [found] = findCalls(getMessages(call(`a\nb\u202e${'c'.repeat(500)}`)));
    expect(found && toTool(found)).toBe(`ab${'c'.repeat(198)}`);
  });

  test.each([
    [{ ...call('one'), id: undefined }],
    [call('one', null)],
    [call('one', {})],
    [call('')],
    [call(7)],
    [call('\n')],
    [{ id: 1, method: 'tools/call' }],
    [[prompt, { id: 1, method: 'resources/read', params: { name: 'by another member' } }]],
    [{ ...call('one'), Method: 'tools/call' }],
    [{ ...call('one'), params: { name: 'one', NAME: 'two' } }],
    [{ jsonrpc: '2.0', id: 1, method: 'ping', 'param\u017f': { name: 'two' } }],
  ])('%j would be carried out without an event that names it, so it is refused', (body) => {
    expect(hasHiddenCall(getMessages(body))).toBe(true);
  });

  test.each([[null], ['text'], [7], [[]], [[[call('one')]]], [[null]], [undefined]])('%j is no JSON-RPC', (body) => {
    expect(toMessages(body)).toBeNull();
  });
});

describe('a list of tools', () => {
  const offered = (mode: 'all' | 'only' | 'except', names: string[], name: string) =>
    isOffered({ mode, names }, { id: 1, method: 'tools/call', name });

  test('lets through what it names, all but what it names, or everything', () => {
    expect([offered('all', [], 'one'), offered('only', ['one'], 'one'), offered('except', ['two'], 'one')]).toEqual([
      true,
      true,
      true,
    ]);
    expect([offered('only', ['two'], 'one'), offered('only', [], 'one'), offered('except', ['one'], 'one')]).toEqual([
      false,
      false,
      false,
    ]);
  });

  test('compares whole names as the upstream will read them', () => {
    const none = { id: 0, method: 'prompts/get', name: '' } as const;
    const long = 'x'.repeat(250);
    const [cut] = findCalls(getMessages(call(`${long}y`)));
    const [spaced] = findCalls(getMessages(call(' one\n')));
    expect(isOffered({ mode: 'only', names: ['one'] }, spaced ?? none)).toBe(false);
    expect(isOffered({ mode: 'only', names: [long] }, cut ?? none)).toBe(false);
    expect(isOffered({ mode: 'except', names: [`${long}y`] }, cut ?? none)).toBe(false);
  });
});

describe('headers that name the call', () => {
  test.each([
    [{}, call('one')],
    [{ 'mcp-method': 'tools/call', 'mcp-name': 'one' }, call('one')],
    [{ 'mcp-method': 'resources/read', 'mcp-name': 'note://one' }, read],
    [{ 'mcp-method': 'tools/call', 'mcp-name': '=?base64?w7xibHVuZw==?=' }, call('üblung')],
    [{ 'mcp-method': 'tools/list' }, { id: 1, method: 'tools/list' }],
    [{ 'mcp-method': 'tools/call' }, [call('one')]],
  ])('%j say what the body says: %j', (headers, body) => {
    expect(findHeaderMismatch(headers, getMessages(body))).toBeNull();
  });

  test.each([
    [{ 'mcp-method': 'tools/list' }, call('one')],
    [{ 'mcp-method': 'tools/call, tools/list' }, call('one')],
    [{ 'mcp-method': 'tools/call', 'mcp-name': 'two' }, call('one')],
    [{ 'mcp-name': 'One' }, call('one')],
    [{ 'mcp-method': 'tools/call' }, [call('one'), call('two', 2)]],
  ])('%j say something else than the body: %j', (headers, body) => {
    expect(findHeaderMismatch(headers, getMessages(body))).toMatchObject({ id: 1, code: -32020 });
  });
});

test('a call hears of its progress by its token, but by none too long to be said again and again', () => {
  const toCall = (progressToken: unknown) => ({ method: 'tools/call', params: { _meta: { progressToken } } });
  const tokens = [0, 'a', 'b'.repeat(200), 'c'.repeat(201), null, {}];
  expect(toProgressTokens(tokens.map(toCall))).toEqual([0, 'a', 'b'.repeat(200)]);
});
