import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeBrowser } from 'wxt/testing/fake-browser';
import { claimCache, clearCache } from '../../lib/cache.ts';
import type { Sender } from '../../lib/message-intake.ts';
import { fillPage, listPageLogins } from './fill.ts';
import { event, type Keytrail, serveKeytrail } from './keytrail.fixture.ts';
import { pullEvents } from './pull.ts';

const credentialId = '0198c0de-0000-7000-8000-000000000001';
const values = { username: 'sam', password: 'correct horse' };
let keytrail: Keytrail;
let tabId = 100;

beforeEach(async () => {
  fakeBrowser.reset();
  await clearCache();
  await claimCache('ada');
  tabId += 1;
  keytrail = await serveKeytrail({
    'credentials.use': { event, values, redirect: null },
    'audit.since': { events: [event], head: 1 },
  });
});
afterEach(async () => {
  await pullEvents();
  keytrail.close();
});

function from(origin: string): Sender {
  const tab = { id: tabId } as NonNullable<Sender['tab']>; // Only the id is read; a whole tab has twenty members.
  return { id: 'self', url: `${origin}/login`, origin, frameId: 0, tab };
}

/** What the server was asked to judge. */
function listUses(): unknown[] {
  return keytrail.called.flatMap((name, index) =>
    name === 'credentials.use' ? [JSON.parse(keytrail.sent[index] ?? '')] : [],
  );
}

test('ok: the values, for the origin that the browser told', async () => {
  const answer = await fillPage({ credentialId, sendsTo: [] }, from('https://shop.test'));
  expect(answer).toEqual({ kind: 'values', origin: 'https://shop.test', ...values });
  expect(listUses()).toMatchObject([{ action: 'autofill', siteOrigin: 'https://shop.test', sendsTo: [] }]);
});

test('another page’s fill is put to the server, which refuses and records it', async () => {
  await fillPage({ credentialId, sendsTo: [] }, from('https://evil.test'));
  expect(listUses()).toMatchObject([{ id: credentialId, siteOrigin: 'https://evil.test' }]);
});

test('so is that of a form which leaves the site, with where it sends; hosts of the site are left out', async () => {
  const sendsTo = ['https://login.shop.test', 'https://evil.test', 'null', 'https://evil.test/path'];
  await fillPage({ credentialId, sendsTo }, from('https://shop.test'));
  expect(listUses()).toMatchObject([
    { siteOrigin: 'https://shop.test', sendsTo: ['https://evil.test', 'null', 'null'] },
  ]);
  expect(await listPageLogins(sendsTo, from('https://shop.test'))).toEqual([]);
});

test('a page that asks on and on has ten put to the server in a minute', async () => {
  const answers = [];
  for (let ask = 1; ask <= 12; ask++)
    answers.push(await fillPage({ credentialId, sendsTo: [] }, from('https://evil.test')));
  expect(answers.filter(({ kind }) => kind === 'refused')).toHaveLength(2);
  expect(listUses()).toHaveLength(10);
});

test('a frame has nothing put to the server', async () => {
  const answer = await fillPage({ credentialId, sendsTo: [] }, { ...from('https://shop.test'), frameId: 3 });
  expect(answer).toMatchObject({ kind: 'refused', failure: { rule: 'origin_mismatch' } });
  expect(listUses()).toEqual([]);
});
