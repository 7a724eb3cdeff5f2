// MCP clients of both generations, as programs in the field are built with them.

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as OldTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { z } from 'zod';

export const eras = ['2026-07-28', '2025-11-25'] as const;
export type Era = (typeof eras)[number];

/** What the tests need of either. */
export interface McpClient {
  listTools(): Promise<{ tools: { name: string; description?: string | undefined }[] }>;
  callTool(name: string, args?: Record<string, unknown>, options?: CallOptions): Promise<ToolAnswer>;
  close(): Promise<void>;
}

export interface CallOptions {
  readonly onprogress?: (progress: { progress: number; message?: string | undefined }) => void;
  readonly timeout?: number;
  readonly resetTimeoutOnProgress?: boolean;
  readonly signal?: AbortSignal;
}

export interface ToolAnswer {
  readonly isError: boolean;
  /** What the tool answered; of an error, the facts that its text holds, or the text where it is no JSON. */
  readonly values: Record<string, unknown>;
}

/** Connects to an MCP server: in today's era by today's client, in the one before by the client of that time. */
export function connectMcp(url: string, bearer: string, era: Era, name = 'test-program'): Promise<McpClient> {
  const requestInit = { headers: { authorization: `Bearer ${bearer}` } };
  return era === '2026-07-28' ? connectNew(url, requestInit, name) : connectOld(url, requestInit, name);
}

async function connectNew(url: string, requestInit: RequestInit, name: string): Promise<McpClient> {
  const client = createNewClient(name);
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
  return toMcpClient(client);
}

async function connectOld(url: string, requestInit: RequestInit, name: string): Promise<McpClient> {
  const client = new OldClient({ name, version: '1.0.0' });
  await client.connect(new OldTransport(new URL(url), { requestInit }));
  return toMcpClient(client);
}

export function createNewClient(name: string): Client {
  return new Client({ name, version: '1.0.0' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
}

/** Of either generation. */
export function toMcpClient(client: Client | OldClient): McpClient {
  return {
    listTools: () => client.listTools(),
    callTool: async (tool, args = {}, options = {}) => {
      const call = { name: tool, arguments: args };
      return toAnswer(
        client instanceof Client
          ? await client.callTool(call, options)
          : await client.callTool(call, undefined, options),
      );
    },
    close: () => client.close(),
  };
}

const answer = z.object({
  isError: z.boolean().default(false),
  content: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })),
  structuredContent: z.record(z.string(), z.unknown()).optional(),
});
const facts = z.record(z.string(), z.unknown());

function toAnswer(result: object): ToolAnswer {
  const { isError, content, structuredContent = {} } = answer.parse(result);
  if (!isError) return { isError, values: structuredContent };
  const [{ text = '' } = {}] = content;
  return { isError, values: text.startsWith('{') ? facts.parse(JSON.parse(text)) : { text } };
}
