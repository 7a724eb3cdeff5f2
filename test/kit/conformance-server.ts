// The MCP server that the official conformance suite asks for in the era of 2025-11-25: tools that speak to the client while
// they answer, beside what both eras hold.
// Nothing waits: what the suite measures is what arrives, and in which order.

import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import {
  CallToolRequestSchema,
  type CallToolResult,
  CompleteRequestSchema,
  CreateMessageResultSchema,
  type ElicitRequestFormParams,
  ElicitResultSchema,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  ReadResourceRequestSchema,
  type ServerNotification,
  type ServerRequest,
  SubscribeRequestSchema,
  type Tool,
  UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import {
  type Content,
  jsonSchemaTool,
  plainTools,
  prompts,
  readResource,
  resources,
  template,
  toText,
} from './conformance-content.ts';

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;
type Arguments = Readonly<Record<string, unknown>>;

const toResult = (...content: Content[]): CallToolResult => ({ content });

interface TestTool {
  readonly description: string;
  readonly inputSchema?: Tool['inputSchema'];
  readonly call: (given: Arguments, extra: Extra) => Promise<CallToolResult> | CallToolResult;
}

/** A tool that takes one required line of text. */
const takes = (name: string): Tool['inputSchema'] => ({
  type: 'object',
  properties: { [name]: { type: 'string' } },
  required: [name],
});

const options = ['option1', 'option2', 'option3'];
const titled = (titles: readonly string[]) => titles.map((title, at) => ({ const: `value${at + 1}`, title }));

const tools: Record<string, TestTool> = {
  ...Object.fromEntries(
    Object.entries(plainTools).map(([name, { description, ...result }]) => [name, { description, call: () => result }]),
  ),
  [jsonSchemaTool.name]: { ...jsonSchemaTool, call: () => toResult(toText('done')) },
  test_tool_with_logging: {
    description: 'Says what it is doing',
    call: async (_given, extra) => {
      for (const data of ['Tool execution started', 'Tool processing data', 'Tool execution completed']) {
        await extra.sendNotification({ method: 'notifications/message', params: { level: 'info', data } });
      }
      return toResult(toText('done'));
    },
  },
  test_tool_with_progress: {
    description: 'Says how far it is',
    call: async (_given, extra) => {
      const progressToken = extra._meta?.progressToken;
      for (const progress of progressToken === undefined ? [] : [0, 50, 100]) {
        const params = { progressToken: progressToken ?? 0, progress, total: 100 };
        await extra.sendNotification({ method: 'notifications/progress', params });
      }
      return toResult(toText('done'));
    },
  },
  test_sampling: {
    description: 'Asks the model of the client',
    inputSchema: takes('prompt'),
    call: async ({ prompt }, extra) => {
      const messages = [{ role: 'user' as const, content: { type: 'text' as const, text: String(prompt) } }];
      const { content } = await extra.sendRequest(
        { method: 'sampling/createMessage', params: { messages, maxTokens: 100 } },
        CreateMessageResultSchema,
      );
      return toResult(toText(`LLM response: ${content.type === 'text' ? content.text : content.type}`));
    },
  },
  test_elicitation: {
    description: 'Asks the person at the client',
    inputSchema: takes('message'),
    call: ({ message }, extra) =>
      elicit(extra, String(message), {
        username: { type: 'string', description: "User's response" },
        email: { type: 'string', description: "User's email address" },
      }),
  },
  test_elicitation_sep1034_defaults: {
    description: 'Asks with a default for every kind of value',
    call: (_given, extra) =>
      elicit(extra, 'Is this right?', {
        name: { type: 'string', default: 'John Doe' },
        age: { type: 'integer', default: 30 },
        score: { type: 'number', default: 95.5 },
        status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
        verified: { type: 'boolean', default: true },
      }),
  },
  test_elicitation_sep1330_enums: {
    description: 'Asks with every kind of choice',
    call: (_given, extra) =>
      elicit(extra, 'Which?', {
        untitledSingle: { type: 'string', enum: options },
        titledSingle: { type: 'string', oneOf: titled(['First Option', 'Second Option', 'Third Option']) },
        legacyEnum: {
          type: 'string',
          enum: ['opt1', 'opt2', 'opt3'],
          enumNames: ['Option One', 'Option Two', 'Option Three'],
        },
        untitledMulti: { type: 'array', items: { type: 'string', enum: options } },
        titledMulti: { type: 'array', items: { anyOf: titled(['First Choice', 'Second Choice', 'Third Choice']) } },
      }),
  },
  test_reconnection: {
    description: 'Ends its stream before it answers; the client comes back for the answer',
    call: (_given, extra) => {
      extra.closeSSEStream?.();
      return toResult(toText('Reconnection test completed'));
    },
  },
};

async function elicit(
  extra: Extra,
  message: string,
  properties: ElicitRequestFormParams['requestedSchema']['properties'],
): Promise<CallToolResult> {
  const requestedSchema = { type: 'object' as const, properties, required: Object.keys(properties) };
  const { action, content } = await extra.sendRequest(
    { method: 'elicitation/create', params: { mode: 'form', message, requestedSchema } },
    ElicitResultSchema,
  );
  return toResult(toText(`Elicitation completed: action=${action}, content=${JSON.stringify(content)}`));
}

/** One for each session. */
export function createConformanceServer(): Server {
  const server = new Server(
    { name: 'conformance', version: '1.0.0' },
    { capabilities: { tools: {}, resources: { subscribe: true }, prompts: {}, completions: {}, logging: {} } },
  );
  answerTools(server);
  answerResources(server);
  answerPrompts(server);
  return server;
}

function answerTools(server: Server): void {
  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: Object.entries(tools).map(([name, { description, inputSchema = { type: 'object' } }]) => ({
      name,
      description,
      inputSchema,
    })),
  }));
  server.setRequestHandler(CallToolRequestSchema, ({ params }, extra) =>
    getOwn(tools, params.name).call(params.arguments ?? {}, extra),
  );
}

function answerResources(server: Server): void {
  server.setRequestHandler(ListResourcesRequestSchema, () => ({ resources }));
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({
    resourceTemplates: [template],
  }));
  server.setRequestHandler(ReadResourceRequestSchema, ({ params }) => ({ contents: [readResource(params.uri)] }));
  server.setRequestHandler(SubscribeRequestSchema, () => ({}));
  server.setRequestHandler(UnsubscribeRequestSchema, () => ({}));
}

function answerPrompts(server: Server): void {
  server.setRequestHandler(ListPromptsRequestSchema, () => ({
    prompts: Object.entries(prompts).map(([name, { description, takes: names }]) => ({
      name,
      description,
      arguments: names.map((argument) => ({ name: argument, description: argument, required: true })),
    })),
  }));
  server.setRequestHandler(GetPromptRequestSchema, ({ params }) => ({
    messages: getOwn(prompts, params.name)
      .fill(params.arguments ?? {})
      .map((content) => ({ role: 'user' as const, content })),
  }));
  server.setRequestHandler(CompleteRequestSchema, () => ({ completion: { values: [], total: 0, hasMore: false } }));
}

function getOwn<T>(table: Readonly<Record<string, T>>, name: string): T {
  const found = Object.hasOwn(table, name) ? table[name] : undefined;
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
}
