// An MCP server as people run them, as a process of its own: the official SDK with sessions, and one tool that searches
// issues. As the protocol's reference server for memory does, it keeps them in a file of JSON lines and reads that for
// each call; the ten that fit best are the answer. It waits for nothing else.

import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { isInitializeRequest } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';

const issuesMax = Number(process.env.ISSUES ?? 500);
const answersMax = 10;

const nouns = ['login', 'export', 'search', 'upload', 'invoice', 'webhook', 'editor', 'import', 'report', 'calendar'];
const faults = ['is slow', 'fails', 'shows the wrong date', 'loses its filter', 'answers twice', 'needs a retry'];
const places = ['in Safari', 'on a slow line', 'after midnight', 'for guests', 'behind a proxy', 'with many rows'];

const pick = (words: readonly string[], at: number) => words[at % words.length] ?? '';
const toIssue = (n: number) => ({
  number: n + 1,
  title: `The ${pick(nouns, n)} ${pick(faults, n * 7)} ${pick(places, n * 5)}`,
  body: `Seen ${n % 9} times this week by ${pick(nouns, n * 3)} users. ${'It can be repeated from the start page. '.repeat(3)}`,
  state: n % 3 === 0 ? 'closed' : 'open',
});
type Issue = ReturnType<typeof toIssue>;

const folder = mkdtempSync(join(tmpdir(), 'keytrail-issues-'));
const file = join(folder, 'issues.jsonl');
writeFileSync(file, Array.from({ length: issuesMax }, (_, n) => `${JSON.stringify(toIssue(n))}\n`).join(''));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
process.on('SIGTERM', () => process.exit());

async function readIssues(): Promise<Issue[]> {
  const text = await readFile(file, 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** Those that hold the most of the words; of equals the newest. */
async function searchIssues(query: string): Promise<Issue[]> {
  const words = query.toLowerCase().split(/\s+/);
  return (await readIssues())
    .map((issue) => {
      const text = `${issue.title} ${issue.body}`.toLowerCase();
      return { issue, hits: words.filter((word) => text.includes(word)).length };
    })
    .filter(({ hits }) => hits > 0)
    .sort((one, other) => other.hits - one.hits || other.issue.number - one.issue.number)
    .slice(0, answersMax)
    .map(({ issue }) => issue);
}

function createTools(): McpServer {
  const server = new McpServer({ name: 'issues', version: '1.0.0' });
  const search = { description: 'Searches issues', inputSchema: { query: z.string().min(1) } };
  server.registerTool('search_issues', search, async ({ query }) => ({
    content: [{ type: 'text', text: JSON.stringify(await searchIssues(query)) }],
  }));
  return server;
}

const sessions = new Map<string, StreamableHTTPServerTransport>();

const server = createServer(async (request, response) => {
  const id = request.headers['mcp-session-id'];
  const body = request.method === 'POST' ? await readJson(request) : undefined;
  const transport = typeof id === 'string' ? sessions.get(id) : isInitializeRequest(body) ? await begin() : undefined;
  if (transport === undefined) response.writeHead(404).end();
  else await transport.handleRequest(request, response, body);
});

async function begin(): Promise<StreamableHTTPServerTransport> {
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: () => randomUUID(),
    onsessioninitialized: (id) => void sessions.set(id, transport),
  });
  await createTools().connect(transport);
  return transport;
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  return JSON.parse((await buffer(request)).toString('utf8'));
}

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  process.send?.({ url: `http://127.0.0.1:${port}`, dataDir: '' });
});
process.on('disconnect', () => process.exit());
