// The MCP server that the official conformance suite asks for in the era of 2026-07-28: no sessions; a tool that needs the
// client asks in its result, and is called again with the answers.

import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { localhostHostValidation, toNodeHandler } from '@modelcontextprotocol/node';
import {
  acceptedContent,
  CLIENT_CAPABILITIES_META_KEY,
  completable,
  createMcpHandler,
  createRequestStateCodec,
  fromJsonSchema,
  type InputRequests,
  inputRequired,
  inputResponse,
  McpServer,
  ResourceTemplate,
  type ServerContext,
  type ServerNotifier,
} from '@modelcontextprotocol/server';
import express from 'express';
import { z } from 'zod';
import {
  jsonSchemaTool,
  plainTools,
  prompts,
  readResource,
  resources,
  template,
  toText,
} from './conformance-content.ts';

export interface ModernServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** What a tool of several rounds keeps with the client between them. */
const states = createRequestStateCodec<{ readonly round: number }>({ key: randomBytes(32) });
const done = { content: [toText('done')] };

/** Starts it on a free port of the loopback. */
export async function startModernConformanceServer(): Promise<ModernServer> {
  const handler = createMcpHandler(() => createModernServer(handler.notify));
  const answer = toNodeHandler(handler);
  const isLocal = localhostHostValidation();
  const app = express().all('/mcp', async (request, response) => {
    if (isLocal(request, response)) await answer(request, response);
  });
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    stop: async () => {
      await handler.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** One for each request. `notify` reaches whoever listens to what changes. */
function createModernServer(notify: ServerNotifier): McpServer {
  const server = new McpServer(
    { name: 'conformance', version: '1.0.0' },
    {
      capabilities: { tools: { listChanged: true }, prompts: { listChanged: true }, resources: {}, logging: {} },
      requestState: { verify: states.verify },
    },
  );
  addPlainTools(server);
  addTalkingTools(server, notify);
  addAskingTools(server);
  addResources(server);
  addPrompts(server);
  return server;
}

function addPlainTools(server: McpServer): void {
  for (const [name, { description, ...result }] of Object.entries(plainTools)) {
    server.registerTool(name, { description }, () => result);
  }
  const { name, description, inputSchema } = jsonSchemaTool;
  server.registerTool(name, { description, inputSchema: fromJsonSchema(inputSchema) }, () => done);
  const region = { type: 'string', 'x-mcp-header': 'Region' };
  const byHeader = fromJsonSchema({ type: 'object', properties: { region }, required: ['region'] });
  server.registerTool('test_header', { description: 'Takes what a header repeats', inputSchema: byHeader }, () => done);
}

/** Tools that say something before they answer, to who called or to who listens. */
function addTalkingTools(server: McpServer, notify: ServerNotifier): void {
  server.registerTool('test_tool_with_progress', { description: 'Says how far it is' }, async ({ mcpReq }) => {
    const progressToken = mcpReq._meta?.progressToken;
    for (const progress of progressToken === undefined ? [] : [0, 50, 100]) {
      await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total: 100 } });
    }
    return done;
  });
  server.registerTool('test_logging_tool', { description: 'Says what it is doing' }, async ({ mcpReq }) => {
    await mcpReq.log('info', 'working');
    return done;
  });
  server.registerTool('test_trigger_tool_change', { description: 'As if a tool came' }, () => {
    notify.toolsChanged();
    return done;
  });
  server.registerTool('test_trigger_prompt_change', { description: 'As if a prompt came' }, () => {
    notify.promptsChanged();
    return done;
  });
}

const envelope = z.object({
  [CLIENT_CAPABILITIES_META_KEY]: z.object({ elicitation: z.object().optional(), sampling: z.object().optional() }),
});

/** What the client says that it can do, which it does anew with every request. */
function getCapabilities(given: unknown) {
  return envelope.parse(given)[CLIENT_CAPABILITIES_META_KEY];
}

const ask = (message: string, requestedSchema: z.ZodObject) => inputRequired.elicit({ message, requestedSchema });
const askModel = (text: string) =>
  inputRequired.createMessage({ messages: [{ role: 'user', content: toText(text) }], maxTokens: 100 });

const named = z.object({ name: z.string() });
const confirmed = z.object({ ok: z.boolean() });
const steps: readonly { key: string; message: string; schema: z.ZodObject }[] = [
  { key: 'step1', message: 'Step 1: What is your name?', schema: named },
  { key: 'step2', message: 'Step 2: What is your favorite color?', schema: z.object({ color: z.string() }) },
];

/** Tools that are answered in rounds. */
function addAskingTools(server: McpServer): void {
  const askName = { user_name: ask('What is your name?', named) };
  const askRoots = { client_roots: inputRequired.listRoots() };
  const askCapital = { capital_question: askModel('What is the capital of France?') };
  const confirm = { confirm: ask('Please confirm', confirmed) };

  addAskingTool(server, 'elicitation', async ({ mcpReq }) => {
    const given = acceptedContent(mcpReq.inputResponses, 'user_name', named);
    return given === undefined ? { ask: askName } : `Hello, ${given.name}!`;
  });
  addAskingTool(server, 'sampling', async ({ mcpReq }) => {
    const given = inputResponse(mcpReq.inputResponses, 'capital_question');
    return given.kind === 'sampling' ? JSON.stringify(given.result.content) : { ask: askCapital };
  });
  addAskingTool(server, 'list_roots', async ({ mcpReq }) => {
    const given = inputResponse(mcpReq.inputResponses, 'client_roots');
    return given.kind === 'roots' ? given.roots.map(({ uri }) => uri).join() : { ask: askRoots };
  });
  for (const name of ['request_state', 'tampered_state']) {
    addAskingTool(server, name, async ({ mcpReq }) => {
      const isBack = mcpReq.requestState<{ round: number }>()?.round === 1;
      return isBack ? 'state-ok' : { ask: confirm, state: await states.mint({ round: 1 }) };
    });
  }
  addAskingTool(server, 'multiple_inputs', async ({ mcpReq }) => {
    const isBack = mcpReq.requestState<{ round: number }>()?.round === 1;
    const greeting = askModel('Generate a greeting');
    return isBack ? 'done' : { ask: { ...askName, greeting, ...askRoots }, state: await states.mint({ round: 1 }) };
  });
  addAskingTool(server, 'multi_round', async ({ mcpReq }) => {
    const round = mcpReq.requestState<{ round: number }>()?.round ?? 0;
    const step = steps[round];
    if (step === undefined) return 'done';
    return { ask: { [step.key]: ask(step.message, step.schema) }, state: await states.mint({ round: round + 1 }) };
  });
  addAskingTool(server, 'capabilities', async ({ mcpReq }) => {
    const { elicitation, sampling } = getCapabilities(mcpReq.envelope);
    return { ask: { ...(elicitation && askName), ...(sampling && askCapital) } };
  });
  server.registerTool('test_streaming_elicitation', { description: 'Asks the person' }, () =>
    inputRequired({ inputRequests: askName }),
  );
  // Whose client has no model, the library refuses.
  server.registerTool('test_missing_capability', { description: 'Asks the model' }, () =>
    inputRequired({ inputRequests: askCapital }),
  );
}

type Round = string | { readonly ask: InputRequests; readonly state?: string };

function addAskingTool(server: McpServer, name: string, answer: (ctx: ServerContext) => Promise<Round>): void {
  server.registerTool(`test_input_required_result_${name}`, { description: 'Asks, then answers' }, async (ctx) => {
    const round = await answer(ctx);
    if (typeof round === 'string') return { content: [toText(round)] };
    const { ask: inputRequests, state } = round;
    return inputRequired(state === undefined ? { inputRequests } : { inputRequests, requestState: state });
  });
}

function addResources(server: McpServer): void {
  for (const { uri, name, ...config } of resources) {
    server.registerResource(name, uri, config, () => ({ contents: [readResource(uri)] }));
  }
  const { name, uriTemplate, description } = template;
  const byId = new ResourceTemplate(uriTemplate, { list: undefined });
  server.registerResource(name, byId, { description }, ({ href }) => ({ contents: [readResource(href)] }));
}

function addPrompts(server: McpServer): void {
  for (const [name, { description, takes, fill }] of Object.entries(prompts)) {
    const argsSchema = z.object(
      Object.fromEntries(takes.map((argument) => [argument, completable(z.string(), () => [])])),
    );
    server.registerPrompt(name, { description, argsSchema }, (given) => ({
      messages: fill(given).map((content) => ({ role: 'user' as const, content })),
    }));
  }
  const context = z.object({ context: z.string() });
  const askContext = { user_context: ask('What context should the prompt use?', context) };
  server.registerPrompt('test_input_required_result_prompt', { description: 'Asks first' }, ({ mcpReq }) => {
    const given = acceptedContent(mcpReq.inputResponses, 'user_context', context);
    if (given === undefined) return inputRequired({ inputRequests: askContext });
    return { messages: [{ role: 'user' as const, content: toText(given.context) }] };
  });
}
