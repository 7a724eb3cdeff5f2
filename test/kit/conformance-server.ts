// The MCP server that the official conformance suite asks for: its tools, resources and prompts by the names that it calls.
// Nothing waits: what the suite measures is what arrives, and in which order.

import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import {
  CallToolRequestSchema,
  type CallToolResult,
  CompleteRequestSchema,
  type ContentBlock,
  CreateMessageResultSchema,
  type ElicitRequestFormParams,
  ElicitResultSchema,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  type PromptMessage,
  ReadResourceRequestSchema,
  type ServerNotification,
  type ServerRequest,
  SubscribeRequestSchema,
  type Tool,
  UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;
type Arguments = Readonly<Record<string, unknown>>;

interface TestTool {
  readonly description: string;
  readonly inputSchema?: Tool['inputSchema'];
  readonly call: (given: Arguments, extra: Extra) => Promise<CallToolResult> | CallToolResult;
}

/** One red pixel. */
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg==';
/** A sound of no length. */
const wav = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA=';

const toText = (text: string): ContentBlock => ({ type: 'text', text });
const image = { type: 'image', data: png, mimeType: 'image/png' } as const;
const toResult = (...content: ContentBlock[]): CallToolResult => ({ content });

/** A tool that takes one required line of text. */
const takes = (name: string): Tool['inputSchema'] => ({
  type: 'object',
  properties: { [name]: { type: 'string' } },
  required: [name],
});

const options = ['option1', 'option2', 'option3'];
const titled = (titles: readonly string[]) => titles.map((title, at) => ({ const: `value${at + 1}`, title }));

const tools: Record<string, TestTool> = {
  test_simple_text: {
    description: 'Answers with text',
    call: () => toResult(toText('This is a simple text response for testing.')),
  },
  test_image_content: { description: 'Answers with an image', call: () => toResult(image) },
  test_audio_content: {
    description: 'Answers with a sound',
    call: () => toResult({ type: 'audio', data: wav, mimeType: 'audio/wav' }),
  },
  test_embedded_resource: {
    description: 'Answers with a resource',
    call: () =>
      toResult({
        type: 'resource',
        resource: {
          uri: 'test://embedded-resource',
          mimeType: 'text/plain',
          text: 'This is an embedded resource content.',
        },
      }),
  },
  test_multiple_content_types: {
    description: 'Answers with text, an image and a resource',
    call: () =>
      toResult(toText('Multiple content types test:'), image, {
        type: 'resource',
        resource: {
          uri: 'test://mixed-content-resource',
          mimeType: 'application/json',
          text: JSON.stringify({ test: 'data', value: 123 }),
        },
      }),
  },
  test_tool_with_logging: {
    description: 'Says what it is doing',
    call: async (_given, extra) => {
      for (const data of ['Tool execution started', 'Tool processing data', 'Tool execution completed']) {
        await extra.sendNotification({ method: 'notifications/message', params: { level: 'info', data } });
      }
      return toResult(toText('done'));
    },
  },
  test_error_handling: {
    description: 'Fails',
    call: () => ({ isError: true, ...toResult(toText('This tool intentionally returns an error for testing')) }),
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
  json_schema_2020_12_tool: {
    description: 'Tool with JSON Schema 2020-12 features',
    inputSchema: {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      $defs: {
        address: { type: 'object', properties: { street: { type: 'string' }, city: { type: 'string' } } },
      },
      properties: { name: { type: 'string' }, address: { $ref: '#/$defs/address' } },
      additionalProperties: false,
    },
    call: () => toResult(toText('done')),
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

const staticText = 'test://static-text';
const staticBinary = 'test://static-binary';
const watched = 'test://watched-resource';

const resources = [
  { uri: staticText, name: 'static-text', description: 'Text that stays', mimeType: 'text/plain' },
  { uri: staticBinary, name: 'static-binary', description: 'An image that stays', mimeType: 'image/png' },
  { uri: watched, name: 'watched-resource', description: 'Text that may be watched', mimeType: 'text/plain' },
];

function readResource(uri: string) {
  if (uri === staticBinary) return { uri, mimeType: 'image/png', blob: png };
  if (uri === staticText) {
    return { uri, mimeType: 'text/plain', text: 'This is the content of the static text resource.' };
  }
  const id = /^test:\/\/template\/([^/]+)\/data$/.exec(uri)?.[1];
  const text = id === undefined ? uri : JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` });
  return { uri, mimeType: id === undefined ? 'text/plain' : 'application/json', text };
}

interface TestPrompt {
  readonly description: string;
  readonly takes: readonly string[];
  readonly fill: (given: Readonly<Record<string, string>>) => PromptMessage['content'][];
}

const prompts: Record<string, TestPrompt> = {
  test_simple_prompt: {
    description: 'Says one thing',
    takes: [],
    fill: () => [{ type: 'text', text: 'This is a simple prompt for testing.' }],
  },
  test_prompt_with_arguments: {
    description: 'Says what it was given',
    takes: ['arg1', 'arg2'],
    fill: ({ arg1, arg2 }) => [{ type: 'text', text: `Prompt with arguments: arg1='${arg1}', arg2='${arg2}'` }],
  },
  test_prompt_with_embedded_resource: {
    description: 'Holds a resource',
    takes: ['resourceUri'],
    fill: ({ resourceUri = '' }) => [
      {
        type: 'resource',
        resource: { uri: resourceUri, mimeType: 'text/plain', text: 'Embedded resource content for testing.' },
      },
      { type: 'text', text: 'Please process the embedded resource above.' },
    ],
  },
  test_prompt_with_image: {
    description: 'Holds an image',
    takes: [],
    fill: () => [image, { type: 'text', text: 'Please analyze the image above.' }],
  },
};

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
    resourceTemplates: [{ uriTemplate: 'test://template/{id}/data', name: 'template', description: 'By its id' }],
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
