import { matches } from '@keytrail/shared/event-match';
import { expect, test } from 'vitest';
import { botId, makeCall, makeDenial, makeOwnUse, makeRefresh, makeUse, proxyId } from './alert.fixture.ts';
import { findUseNews, listMarks } from './alert-uses.ts';

const knownUse = makeUse(0);
const knownOwnUse = makeOwnUse(0);
const nothing: never[] = [];

const uses = [
  {
    name: 'a new agent’s first use is one piece of news, not three',
    known: nothing,
    event: makeUse(9),
    kinds: ['first_use'],
  },
  { name: 'the same use again is none', known: [knownUse], event: makeUse(9), kinds: [] },
  { name: 'a new address', known: [knownUse], event: makeUse(9, { clientIp: '198.51.100.1' }), kinds: ['new_ip'] },
  { name: 'a new kind of client', known: [knownUse], event: makeUse(9, { client: 'nodejs' }), kinds: ['new_client'] },
  {
    name: 'a new address and a new kind of client at once',
    known: [knownUse],
    event: makeUse(9, { clientIp: '198.51.100.1', client: 'nodejs' }),
    kinds: ['new_ip', 'new_client'],
  },
  {
    name: 'without an address there is none to be new',
    known: [knownUse],
    event: makeUse(9, { clientIp: undefined }),
    kinds: [],
  },
  {
    name: 'the lower half of an IPv6 address',
    known: [makeUse(0, { clientIp: '2001:db8:1:2::1' })],
    event: makeUse(9, { clientIp: '2001:db8:1:2:aaaa:bbbb:cccc:dddd' }),
    kinds: [],
  },
  {
    name: 'another IPv6 network',
    known: [makeUse(0, { clientIp: '2001:db8:1:2::1' })],
    event: makeUse(9, { clientIp: '2001:db8:1:3::1' }),
    kinds: ['new_ip'],
  },
  {
    name: 'what another agent did does not count',
    known: [makeUse(0, { agentId: crypto.randomUUID() })],
    event: makeUse(9),
    kinds: ['first_use'],
  },
  { name: 'the owner’s own first use', known: nothing, event: makeOwnUse(9), kinds: [] },
  {
    name: 'the owner from a new address',
    known: [knownOwnUse],
    event: makeOwnUse(9, { clientIp: '198.51.100.1' }),
    kinds: ['new_ip'],
  },
  {
    name: 'the owner by a new kind of client',
    known: [knownOwnUse],
    event: makeOwnUse(9, { client: 'cli' }),
    kinds: ['new_client'],
  },
  { name: 'a new proxy’s first call', known: [knownUse, knownOwnUse], event: makeCall(9), kinds: ['first_use'] },
  { name: 'the same call again', known: [makeCall(0)], event: makeCall(9, { tool: 'list_issues' }), kinds: [] },
  {
    name: 'a proxy called from a new address',
    known: [makeCall(0)],
    event: makeCall(9, { clientIp: '198.51.100.1' }),
    kinds: ['new_ip'],
  },
  {
    name: 'a proxy called by a new kind of client',
    known: [makeCall(0)],
    event: makeCall(9, { client: 'nodejs' }),
    kinds: ['new_client'],
  },
  {
    name: 'another proxy’s calls do not count',
    known: [makeCall(0, { proxyId: crypto.randomUUID() })],
    event: makeCall(9),
    kinds: ['first_use'],
  },
  { name: 'its owner tries a proxy', known: nothing, event: makeCall(9, { keyId: undefined }), kinds: [] },
  { name: 'a call that failed', known: nothing, event: makeCall(9, { outcome: 'failed' }), kinds: [] },
  { name: 'an access that failed is no use', known: nothing, event: makeUse(9, { outcome: 'failed' }), kinds: [] },
  { name: 'a denial is no use', known: nothing, event: makeDenial(9), kinds: [] },
  { name: 'a refresh is no use', known: nothing, event: makeRefresh(9), kinds: [] },
];
for (const { name, known, event, kinds } of uses) {
  test(`${name}: ${kinds.join(' and ') || 'no alert'}`, () => {
    const alerts = findUseNews(event, new Set(known.flatMap(listMarks)));
    expect(alerts.map(({ kind }) => kind)).toEqual(kinds);
    for (const alert of alerts) {
      expect(alert.eventId).toBe(event.id);
      expect(matches(event, alert.filter)).toBe(true);
      // The event before it and the one after it are of the same agent or proxy.
      expect(matches({ ...event, recordedAt: makeUse(8).recordedAt }, alert.filter)).toBe(false);
      expect(matches({ ...event, recordedAt: makeUse(10).recordedAt }, alert.filter)).toBe(false);
    }
  });
}

test('the sentences say who, what and how', () => {
  const known = new Set([knownUse, knownOwnUse].flatMap(listMarks));
  const sentencesOf = (event: ReturnType<typeof makeUse>, marks = known) =>
    findUseNews(event, marks).map(({ subject, sentence }) => `${subject}: ${sentence}`);
  expect(sentencesOf(makeUse(1), new Set())).toEqual([
    'deploy-bot: deploy-bot used a credential for the first time: github (main), from 203.0.113.7.',
  ]);
  expect(sentencesOf(makeUse(1, { clientIp: '198.51.100.1', client: 'nodejs', clientName: 'undici' }))).toEqual([
    'deploy-bot: deploy-bot used github (main) from a new address: 198.51.100.1.',
    'deploy-bot: deploy-bot used github (main) with a new kind of client: Node.js (undici).',
  ]);
  expect(sentencesOf(makeCall(1))).toEqual([
    'issues: The proxy issues was called for the first time: create_issue at mcp.example.com, from 203.0.113.7.',
  ]);
  expect(sentencesOf(makeCall(1, { clientIp: '198.51.100.1' }), new Set(listMarks(makeCall(0))))).toEqual([
    'issues: The proxy issues was called (create_issue at mcp.example.com) from a new address: 198.51.100.1.',
  ]);
  expect(sentencesOf(makeOwnUse(1, { clientIp: '198.51.100.1' }))).toEqual([
    'Direct Access: github (main) was used directly from a new address: 198.51.100.1.',
  ]);
});

test('the marks are those that the migrations write for older logs', () => {
  expect(listMarks(makeUse(0, { clientIp: '2001:db8:0:1:2:3:4:5' }))).toEqual([
    `actor ${botId}`,
    `ip ${botId} 2001:db8:0:1::/64`,
    `client ${botId} cli`,
  ]);
  expect(listMarks(makeCall(0))).toEqual([
    `actor ${proxyId}`,
    `ip ${proxyId} 203.0.113.7`,
    `client ${proxyId} mcp_python`,
  ]);
  expect(listMarks(makeOwnUse(0))).toEqual(['actor owner', 'ip owner 203.0.113.7', 'client owner browser']);
});
