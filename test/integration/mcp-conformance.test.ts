// The official conformance suite in both eras of the protocol: whatever a server answers directly, it answers through the
// proxy, check by check; and this server's own `/mcp` passes whatever it has.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runConformance } from '../kit/conformance.ts';
import { createConformanceServer } from '../kit/conformance-server.ts';
import { startModernConformanceServer } from '../kit/conformance-server-2026.ts';
import { startEverythingServer } from '../kit/everything-server.ts';
import { startKeyedRelay } from '../kit/keyed-relay.ts';
import { type Era, eras } from '../kit/mcp-client.ts';
import { startMcpUpstream } from '../kit/mcp-upstream.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { createGrantedAgent, tokenValue } from '../kit/vault.ts';

const rebinding = 'dns-rebinding-protection / localhost-host-rebinding-rejected';

let server: TestServer;
const stops: (() => Promise<void>)[] = [];

beforeAll(async () => {
  server = await startTestServer({ KEYTRAIL_ALLOWED_UPSTREAMS: '127.0.0.1' });
});
afterAll(async () => {
  for (const stop of stops) await stop();
  await server.stop();
});

/** Where the suite, which can be given nothing but an address, finds what asks for a key. */
async function openRelay(url: string, key: string): Promise<string> {
  const relay = await startKeyedRelay(url, key);
  stops.unshift(relay.stop);
  return relay.url;
}

async function openProxy(upstreamUrl: string, token = tokenValue): Promise<string> {
  const owner = await server.createOwner();
  const credential = await owner.client.credentials.create.mutate({
    kind: 'token',
    service: 'suite',
    label: 'main',
    secret: { value: token },
  });
  const { key } = await owner.client.proxies.create.mutate({
    name: 'suite',
    kind: 'mcp',
    upstreamUrl,
    credentialId: credential.id,
    headers: { authorization: 'Bearer ${TOKEN}' },
  });
  return openRelay(`${server.url}/mcp/p/suite`, key);
}

const isPassed = (line: string) => /^(SUCCESS|INFO): /.test(line);
const toScenario = (line: string) => line.split(' ')[1] ?? '';

/** What lets a reason not pass stands for: a whole scenario, or one check of it as `scenario / check`. */
const matches = (line: string, entry: string) => line.endsWith(`: ${entry}`) || line.includes(`: ${entry} / `);

/** Throws unless what did not pass is what was said, no more and no less. */
function expectUnpassed(lines: readonly string[], expected: Readonly<Record<string, readonly string[]>>): void {
  const entries = Object.values(expected).flat();
  const unpassed = lines.filter((line) => !isPassed(line));
  expect(unpassed.filter((line) => !entries.some((entry) => matches(line, entry)))).toEqual([]);
  expect(entries.filter((entry) => !unpassed.some((line) => matches(line, entry)))).toEqual([]);
}

const extensions = {
  'tasks, an extension which the library of this fixture has not': [
    'tasks-capability-negotiation',
    'tasks-dispatch-and-envelope',
    'tasks-lifecycle',
    'tasks-mrtr-composition',
    'tasks-mrtr-input',
    'tasks-request-headers',
    'tasks-request-state-removal',
    'tasks-required-task-error',
    'tasks-status-notifications',
    'tasks-wire-fields',
  ],
};

const fixtures = {
  '2025-11-25': { start: () => startMcpUpstream(createConformanceServer), scenarios: 33, unpassed: {} },
  '2026-07-28': { start: startModernConformanceServer, scenarios: 50, unpassed: extensions },
};

// The suite gives some streams half a second, which a busy machine may not: one that fails is looked at again.
describe.each(eras)('in the era of %s', { timeout: 120_000, retry: 2 }, (era: Era) => {
  test('a server that has all that the suite asks for passes every check, directly and through the proxy', async () => {
    const { start, scenarios, unpassed } = fixtures[era];
    const upstream = await start();
    stops.push(upstream.stop);
    const direct = await runConformance(upstream.url, era);
    expectUnpassed(direct, unpassed);
    expect(new Set(direct.map(toScenario)).size).toBe(scenarios);
    expect(await runConformance(await openProxy(upstream.url), era)).toEqual(direct);
  });

  test('this server’s own /mcp passes all that it has, directly and through the proxy', async () => {
    const owner = await server.createOwner();
    const { key } = await createGrantedAgent(owner, server.url);
    const direct = await runConformance(await openRelay(`${server.url}/mcp`, key), era);
    expectUnpassed(direct, missing[era]);
    expect(await runConformance(await openProxy(`${server.url}/mcp`, key), era)).toEqual(direct);
  });
});

test('the reference server passes the same checks through the proxy as directly', {
  timeout: 120_000,
  retry: 2,
}, async () => {
  const everything = await startEverythingServer();
  stops.push(everything.stop);
  const direct = await runConformance(everything.url, '2025-11-25');
  expect(new Set(direct.filter(isPassed).map(toScenario)).size).toBeGreaterThan(10);
  const proxied = await runConformance(await openProxy(everything.url), '2025-11-25');
  // It takes any Host; the proxy does not.
  const [open, closed] = ['FAILURE', 'SUCCESS'].map((status) => `${status}: ${rebinding}`);
  expect(proxied).toEqual(direct.map((line) => (line === open ? closed : line)).sort());
});

/** What `/mcp` has not, and which of the suite's scenarios look at it. */
const missing: Record<Era, Readonly<Record<string, readonly string[]>>> = {
  '2025-11-25': {
    'no prompts': ['prompts-list', ...listPrompts()],
    'no resources': [...listResources(), 'resources-subscribe', 'resources-unsubscribe'],
    'no completion of arguments': ['completion-complete'],
    'no log that a client sets a level for': ['logging-set-level'],
    'tools of its own, not the suite’s': [
      ...listTools(),
      'tools-call-with-logging',
      'tools-call-sampling',
      'tools-call-elicitation',
      'elicitation-sep1034-defaults',
      'elicitation-sep1330-enums',
    ],
    'no sessions, which any node could not answer; each request is answered by itself': [
      'server-sse-multiple-streams / server-sse-multiple-streams-session',
      'server-sse-polling',
    ],
  },
  '2026-07-28': {
    'no prompts': ['prompts-list', ...listPrompts(), 'caching / sep-2549-prompts-list-caching-hints'],
    'no resources': [
      ...listResources(),
      'sep-2164-resource-not-found',
      'caching / sep-2549-resources-list-caching-hints',
      'caching / sep-2549-resources-templates-list-caching-hints',
      'caching / sep-2549-resources-read-caching-hints',
    ],
    'no completion of arguments': ['completion-complete'],
    'tools of its own, not the suite’s; none that asks back': [
      ...listTools(),
      'http-custom-header-server-validation',
      'input-required-result-basic-elicitation',
      'input-required-result-basic-list-roots',
      'input-required-result-basic-sampling',
      'input-required-result-capability-check',
      'input-required-result-ignore-extra-params',
      'input-required-result-missing-input-response',
      'input-required-result-multi-round',
      'input-required-result-multiple-input-requests',
      'input-required-result-non-tool-request',
      'input-required-result-request-state',
      'input-required-result-result-type',
      'input-required-result-tampered-state',
      'server-stateless / sep-2575-http-server-no-independent-requests-on-stream',
      'server-stateless / sep-2575-missing-capability-http-400',
      'server-stateless / sep-2575-server-no-log-without-loglevel',
      'server-stateless / sep-2575-server-rejects-undeclared-capability',
    ],
    'tools and prompts that never change': [
      'server-stateless / sep-2575-server-sends-tools-list-changed-on-subscription',
      'server-stateless / sep-2575-server-sends-prompts-list-changed-on-subscription',
    ],
    ...extensions,
  },
};

function listPrompts(): string[] {
  return ['simple', 'with-args', 'embedded-resource', 'with-image'].map((name) => `prompts-get-${name}`);
}

function listResources(): string[] {
  return ['list', 'read-text', 'read-binary', 'templates-read'].map((name) => `resources-${name}`);
}

function listTools(): string[] {
  const called = ['simple-text', 'image', 'audio', 'embedded-resource', 'mixed-content', 'error', 'with-progress'];
  return [...called.map((name) => `tools-call-${name}`), 'json-schema-2020-12'];
}
