// The npm package mcp-proxy as a process of its own, as a library that speaks MCP over HTTP on both of its sides; wired
// as its own program wires a server that it starts, without the store for streams that are resumed: that costs it time.

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Server } from '@modelcontextprotocol/server';
import { proxyServer, startHTTPServer } from 'mcp-proxy';
import { findFreePort } from './free-port.ts';

const client = new Client({ name: 'mcp-proxy', version: '1.0.0' }, { capabilities: {} });
await client.connect(new StreamableHTTPClientTransport(new URL(process.env.UPSTREAM_URL ?? '')));

async function createServer(): Promise<Server> {
  const serverCapabilities = client.getServerCapabilities() ?? {};
  const version = client.getServerVersion() ?? { name: 'upstream', version: '1.0.0' };
  const server = new Server(version, { capabilities: serverCapabilities });
  await proxyServer({ client, server, serverCapabilities });
  return server;
}

const port = await findFreePort();
await startHTTPServer({ createServer, eventStore: false, host: '127.0.0.1', port, sseEndpoint: null });
process.send?.({ url: `http://127.0.0.1:${port}`, dataDir: '' });
process.on('disconnect', () => process.exit());
