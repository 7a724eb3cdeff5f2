// The MCP server that agents speak to: one instance for each request, in both eras of the protocol.

import { McpServer } from '@modelcontextprotocol/server';
import type { Context } from '../base/context.ts';
import { serverVersion } from '../base/server-version.ts';
import { addAccessRequestTool } from './access-request-tool.ts';
import { addActivityTool } from './activity-tool.ts';
import { addCredentialTools } from './credential-tools.ts';

const instructions =
  'Keytrail keeps a person’s credentials. Use list_credentials to see what you were granted, get_credential or get_one_time_code when you need one, and state a reason; ask for what is missing by request_access. Every access and every refusal is recorded for the owner.';

// The tools are the same for as long as a server runs, so that nobody needs to listen for others.
const options = { instructions, capabilities: { tools: { listChanged: false } } };

/** A server with the tools of an agent. Which agent is known when a tool is called. */
export function createAgentServer(ctx: Context): McpServer {
  const server = new McpServer({ name: 'keytrail', title: 'Keytrail', version: serverVersion }, options);
  addCredentialTools(server, ctx);
  addAccessRequestTool(server, ctx);
  addActivityTool(server, ctx);
  return server;
}
