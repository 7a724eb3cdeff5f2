// What an MCP client sends, as far as the proxy has to know it: which of its messages call something, and whether its
// headers say the same as its body. Pure.

import type { ToolAccess } from '@keytrail/shared/proxy';
import { toOneLine } from '@keytrail/shared/text';

/** A message that is an event of its own. */
export interface McpCall {
  readonly id: string | number;
  readonly method: 'tools/call' | 'resources/read' | 'prompts/get';
  /** Of the tool or the prompt, or the address of the resource, as the upstream will read it: attacker-controlled. */
  readonly name: string;
}

export type JsonRpcId = string | number | null;

/** A refusal of this server. JSON-RPC leaves the numbers above its own to applications; clients read -32001 as a timeout. */
export const refusedCode = -31000;
/** As the protocol has it for headers that say something else than the body. */
const headerMismatchCode = -32020;

const nameMembers = { 'tools/call': 'name', 'resources/read': 'uri', 'prompts/get': 'name' } as const;

const nameLengthMax = 200;

export type Message = Readonly<Record<string, unknown>>;

/** By which a client knows what news of a request are about. */
export type ProgressToken = string | number;

/** The messages of a body, which may be a batch; null where it is no JSON-RPC. */
export function toMessages(body: unknown): Message[] | null {
  const messages = Array.isArray(body) ? body : [body];
  return messages.length > 0 && messages.every(isMessage) ? messages : null;
}

/** The calls among the messages, in their order. A call without an id wants no answer and is none; it is refused below. */
export function findCalls(messages: readonly Message[]): McpCall[] {
  return messages.flatMap((message) => {
    const { id, method } = message;
    if (!isCalling(method) || (typeof id !== 'string' && typeof id !== 'number')) return [];
    return [{ id, method, name: toName(message, method) }];
  });
}

/**
 * Something that might be carried out without leaving its event: a call as a notification, one without a name, or a member
 * that some upstreams would take for one that is looked at here.
 */
export function hasHiddenCall(messages: readonly Message[]): boolean {
  return messages.some((message) => {
    const { id, method, params } = message;
    if (hasLookalike(message, messageMembers) || (isMessage(params) && hasLookalike(params, paramMembers))) return true;
    if (!isCalling(method)) return false;
    const named = toOneLine(toName(message, method), nameLengthMax);
    return (typeof id !== 'string' && typeof id !== 'number') || named === '';
  });
}

const messageMembers = ['jsonrpc', 'id', 'method', 'params', 'result', 'error'];
const paramMembers = ['name', 'uri', 'arguments', '_meta'];

/** Some languages match the names of members without regard to case, by Unicode's folding of it, and the last one wins. */
function hasLookalike(value: Message, members: readonly string[]): boolean {
  return Object.keys(value).some((name) => !members.includes(name) && members.includes(fold(name)));
}

/** As far as letters of ASCII come out: the long s and the sign of Kelvin are such letters, too. */
function fold(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}

/** What the log calls it. */
export function toTool(call: McpCall): string {
  return toCalled({ ...call, name: toOneLine(call.name, nameLengthMax) });
}

/** A tool by its name, whatever else with what is done to it. */
export function toCalled({ method, name }: McpCall): string {
  return method === 'tools/call' ? name : `${method} ${name}`;
}

/** Whether the proxy's own list lets it through. Resources and prompts go by their names, too. */
export function isOffered({ mode, names }: ToolAccess, { name }: McpCall): boolean {
  if (mode === 'all') return true;
  return names.includes(name) === (mode === 'only');
}

/**
 * What an upstream that believes the headers would take the message for must be what the body says: null where it is, else
 * an error to answer.
 */
export function findHeaderMismatch(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  messages: readonly Message[],
): { id: JsonRpcId; code: number; message: string } | null {
  const [message] = messages;
  const method = headers['mcp-method'];
  const name = headers['mcp-name'];
  if (message === undefined || (method === undefined && name === undefined)) return null;
  const id = toId(message);
  const mismatch = (header: string) => ({
    id,
    code: headerMismatchCode,
    message: `The header ${header} says something else than the body.`,
  });
  if (messages.length > 1) return mismatch('Mcp-Method');
  if (method !== undefined && method !== message.method) return mismatch('Mcp-Method');
  if (name !== undefined && isCalling(message.method) && decode(name) !== toName(message, message.method)) {
    return mismatch('Mcp-Name');
  }
  return null;
}

/** The ids of all messages that wait for an answer. */
export function listIds(messages: readonly Message[]): JsonRpcId[] {
  return messages.filter((message) => 'method' in message && 'id' in message).map(toId);
}

/** Each is said again with all news of its call. */
const tokenLengthMax = 200;

/** Of the calls that want to hear of their progress. */
export function toProgressTokens(messages: readonly Message[]): ProgressToken[] {
  return messages.flatMap(({ method, params }) => {
    if (!isCalling(method) || !isMessage(params) || !isMessage(params._meta)) return [];
    const { progressToken } = params._meta;
    const isShort = typeof progressToken === 'string' && progressToken.length <= tokenLengthMax;
    return isShort || typeof progressToken === 'number' ? [progressToken] : [];
  });
}

/** The ids of requests that their client no longer wants an answer to. */
export function findCancelled(messages: readonly Message[]): (string | number)[] {
  return messages.flatMap(({ method, params }) => {
    if (method !== 'notifications/cancelled' || !isMessage(params)) return [];
    const { requestId } = params;
    return typeof requestId === 'string' || typeof requestId === 'number' ? [requestId] : [];
  });
}

function isMessage(value: unknown): value is Message {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCalling(method: unknown): method is McpCall['method'] {
  return typeof method === 'string' && Object.hasOwn(nameMembers, method);
}

function toName({ params }: Message, method: McpCall['method']): string {
  const value = isMessage(params) ? params[nameMembers[method]] : undefined;
  return typeof value === 'string' ? value : '';
}

function toId({ id }: Message): JsonRpcId {
  return typeof id === 'string' || typeof id === 'number' ? id : null;
}

/** Names beyond ASCII travel as `=?base64?…?=`. */
function decode(header: string | string[]): string {
  const text = [header].flat()[0] ?? '';
  const encoded = /^=\?base64\?([A-Za-z0-9+/=]*)\?=$/.exec(text)?.[1];
  return encoded === undefined ? text : Buffer.from(encoded, 'base64').toString('utf8');
}
