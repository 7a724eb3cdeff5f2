// An agent waits for its owner: the card in the popup, the notification, the badge, and the same cards in the dashboard.

import type { Page } from '@playwright/test';
import { expectNoViolations } from '../kit/axe.ts';
import type { Browser } from '../kit/browser.ts';
import { type Client, getRefusal } from '../kit/client.ts';
import { startHttpUpstream } from '../kit/http-upstream.ts';
import { connectMcp } from '../kit/mcp-client.ts';
import { startMcpUpstream } from '../kit/mcp-upstream.ts';
import { password } from '../kit/people.ts';
import { createAskingProxy } from '../kit/proxies.ts';
import { clickSteady, findMiddle, pressAsSoonAsItMoves, waitUntilSteady } from '../kit/steady.ts';
import { createAskingAgent, tokenValue } from '../kit/vault.ts';
import { expect, type Person, test } from './fixtures.ts';

const card = (page: Page, name = 'deploy-bot wants github') => page.getByRole('group', { name });

async function openOverBlank(browser: Browser) {
  return browser.openPopup(await browser.context.newPage());
}

test('the card in the popup approves an agent’s fetch by one key; its events belong together', async ({
  server,
  signedIn,
  browser_,
}) => {
  const { client } = await createAskingAgent(signedIn, server.url, { rememberMinutes: 15 });
  const fetched = client.agent.credential.mutate({ service: 'github', reason: 'nightly deploy' });
  await expect.poll(() => readNotifications(browser_)).toHaveLength(1);
  await expect.poll(() => readBadge(browser_)).toBe('1');
  const popup = await openOverBlank(browser_);
  await expect(card(popup)).toBeFocused();
  await expect(card(popup)).toContainText('“nightly deploy”');
  await expect(card(popup)).toContainText('mainvalue');
  await expect(card(popup)).toContainText('Node.js127.0.0.1');
  await expect(card(popup)).toContainText('by policy Ask me first');
  await expect(card(popup).locator('time')).toHaveText(/^0:[0-5]\d$/);
  await popup.keyboard.press('a');
  expect((await fetched).values.value).toBe(tokenValue);
  await expect(popup.getByText(/Approved once · by Browser, 127\.0\.0\.1/)).toBeVisible();
  await expect.poll(() => readNotifications(browser_)).toEqual([]);
  await expect.poll(() => readBadge(browser_)).toBe('');
  const { events } = await signedIn.client.audit.since.query({ from: 0 });
  const [use] = events.filter(({ type }) => type === 'agent_access');
  const tied = events.filter(
    ({ correlationId }) => correlationId !== undefined && correlationId === use?.correlationId,
  );
  expect(tied.map(({ action }) => action)).toEqual(['request', 'approve', 'fetch']);
});

test('denied with a word that the agent receives; the next card has the focus and is denied by one press', async ({
  server,
  signedIn,
  browser_,
}) => {
  const { client, agent } = await createAskingAgent(signedIn, server.url);
  const second = await signedIn.client.credentials.create.mutate({
    kind: 'token',
    service: 'npm',
    label: 'publish',
    secret: { value: 'x' },
  });
  await signedIn.client.grants.create.mutate({ agentId: agent.id, credentialId: second.id });
  const refused = getRefusal(client.agent.credential.mutate({ service: 'github' }));
  await expect.poll(() => readNotifications(browser_)).toHaveLength(1);
  const other = getRefusal(client.agent.credential.mutate({ service: 'npm' }));
  await expect.poll(() => readNotifications(browser_)).toHaveLength(2);
  const popup = await openOverBlank(browser_);
  await expect(card(popup)).toBeFocused();
  await popup.keyboard.press('n');
  const note = popup.getByRole('textbox', { name: 'A word to the agent' });
  await expect(note).toBeFocused();
  await popup.keyboard.press('Escape');
  await expect(card(popup)).toBeFocused();
  await popup.keyboard.press('n');
  await popup.keyboard.type('ask me on Monday');
  await popup.keyboard.press('Enter');
  expect(await refused).toMatchObject({ status: 403, rule: 'approval', note: 'ask me on Monday' });
  await expect(card(popup, 'deploy-bot wants npm')).toBeFocused();
  await popup.keyboard.press('Tab');
  await popup.keyboard.press('Tab');
  await expect(popup.getByRole('button', { name: 'Deny', exact: true })).toBeFocused();
  await popup.keyboard.press('Enter');
  expect(await other).toMatchObject({ status: 403, rule: 'approval' });
});

test('approved for a quarter of an hour by one press: the next use is not asked for', async ({
  server,
  signedIn,
  browser_,
}) => {
  const { client } = await createAskingAgent(signedIn, server.url, { rememberMinutes: 15 });
  const first = client.agent.credential.mutate({ service: 'github' });
  await expect.poll(() => readNotifications(browser_)).toHaveLength(1);
  const popup = await openOverBlank(browser_);
  await expect(card(popup)).toBeFocused();
  await popup.keyboard.press('m');
  expect((await first).values.value).toBe(tokenValue);
  await expect(popup.getByText(/Approved for 15 min · by Browser/)).toBeVisible();
  expect((await client.agent.credential.mutate({ service: 'github', waitSeconds: 0 })).values.value).toBe(tokenValue);
});

test('a double click answers one request, and not the next one that moves into its place', async ({
  server,
  signedIn,
  browser_,
}) => {
  const { client } = await createAskingAgent(signedIn, server.url);
  await askFor(client, 'the first', 'the second');
  const popup = await openOverBlank(browser_);
  await expect(card(popup)).toHaveCount(2);
  const approve = card(popup).first().getByRole('button', { name: 'Approve once' });
  await waitUntilSteady(approve);
  const [x, y] = await findMiddle(approve);
  await popup.mouse.click(x, y);
  await expect(card(popup)).toHaveCount(1);
  await popup.mouse.down({ clickCount: 2 });
  await popup.mouse.up({ clickCount: 2 });
  // Whatever answers first decides.
  await card(popup).focus();
  await popup.keyboard.press('d');
  await expect.poll(() => readAnswers(signedIn)).toEqual(['the first: approved', 'the second: denied']);
});

test('a click on a request that is answered elsewhere answers no other one: its place is held, and what moves takes no press', async ({
  server,
  signedIn,
  browser_,
}) => {
  const { client } = await createAskingAgent(signedIn, server.url, { withinSeconds: 300 });
  await askFor(client, 'one', 'two', 'three');
  const popup = await openOverBlank(browser_);
  await expect(card(popup)).toHaveCount(3);
  const approve = card(popup).getByRole('button', { name: 'Approve once' });
  await waitUntilSteady(approve.first());
  const place = await findMiddle(approve.first());
  const second = await findMiddle(approve.nth(1));
  await popup.mouse.move(...place);
  await answerElsewhere(signedIn, 'one');
  await expect(card(popup)).toHaveCount(2);
  expect(await findMiddle(approve.first())).toEqual(second);
  await popup.mouse.down();
  await popup.mouse.up();
  // Once nobody points at the list it closes up; a press that comes with that is not meant for what has come.
  await pressAsSoonAsItMoves(popup, 'deploy-bot wants github', 'Approve once');
  await popup.mouse.move(190, 590);
  await expect.poll(() => findMiddle(approve.first())).toEqual(place);
  await expect(popup.locator('html')).toHaveAttribute('data-pressed', 'Approve once');
  expect(await readAnswers(signedIn)).toEqual(['one: denied', 'three: waiting', 'two: waiting']);
  await clickSteady(approve.first());
  await expect(card(popup)).toHaveCount(1);
  // A key needs no wait.
  await approve.press('Enter');
  await expect.poll(() => readAnswers(signedIn)).toEqual(['one: denied', 'three: approved', 'two: approved']);
});

test('above a page one card is shown, and a line that unfolds the rest by keys; a form that is open stays when others come', async ({
  server,
  signedIn,
  dashboard,
}) => {
  const { client } = await createAskingAgent(signedIn, server.url, { withinSeconds: 300 });
  await getRefusal(client.agent.requestAccess.mutate({ service: 'npm', reason: 'publish', waitSeconds: 0 }));
  const page = await dashboard('/agents');
  const box = page.getByRole('region', { name: 'Waiting for you' });
  const cards = box.getByRole('group', { name: /^deploy-bot / });
  await clickSteady(box.getByRole('button', { name: 'Grant…' }));
  await askFor(client, 'one', 'two');
  await expect(cards).toHaveCount(2);
  await expect(box.getByRole('button', { name: 'Grant access' })).toBeVisible();
  await box.getByRole('button', { name: 'Back' }).press('Enter');
  await expect(cards).toHaveCount(1);
  await expect(cards).toContainText('“one”');
  const fold = box.getByRole('button', { name: '2 more wait' });
  await expect(fold).toHaveAttribute('aria-expanded', 'false');
  const title = page.getByRole('heading', { name: 'Agents', level: 1 });
  expect((await title.boundingBox())?.y).toBeLessThan(220);
  expect((await cards.boundingBox())?.width).toBeGreaterThan(900);
  await fold.press('Enter');
  await expect(cards).toHaveCount(3);
  const unfolded = box.getByRole('button', { name: 'Show fewer' });
  await expect(unfolded).toBeFocused();
  await expect(unfolded).toHaveAttribute('aria-expanded', 'true');
  await unfolded.press('Enter');
  await expect(cards).toHaveCount(1);
  await cards.focus();
  await page.keyboard.press('a');
  await expect(cards).toContainText('“two”');
  await expect(cards).toBeFocused();
  await expect(box.getByRole('button', { name: '1 more waits' })).toBeVisible();
});

test('between the facts of a request no line begins or ends with a dot', async ({ server, signedIn, browser_ }) => {
  const { client, policy } = await createAskingAgent(signedIn, server.url, { withinSeconds: 300 });
  const name = 'A policy with a name that is long enough to be broken';
  const { id, version, description, mode } = policy;
  const rules = [{ type: 'approval', withinSeconds: 300, rememberMinutes: 0 } as const];
  await signedIn.client.policies.update.mutate({ id, version, name, description, mode, rules });
  await askFor(client, 'one');
  const popup = await openOverBlank(browser_);
  const facts = card(popup).locator('p', { hasText: 'by policy' });
  await expect(facts).toBeVisible();
  const shown = await facts.evaluate((line) => {
    const { left, right } = line.getBoundingClientRect();
    return [...line.querySelectorAll(':scope > span > span')].map((fact) => {
      const { left: from, top } = fact.getBoundingClientRect();
      const width = Number.parseFloat(getComputedStyle(fact, '::before').width);
      return { top, isDotSeen: from >= left && from + width <= right };
    });
  });
  expect(new Set(shown.map(({ top }) => top)).size).toBeGreaterThan(1);
  for (const [index, { top, isDotSeen }] of shown.entries()) expect(isDotSeen).toBe(shown[index - 1]?.top === top);
});

test('what has just come up under the pointer takes no press', async ({ server, signedIn, browser_ }) => {
  const { client } = await createAskingAgent(signedIn, server.url, { withinSeconds: 300 });
  const popup = await openOverBlank(browser_);
  await expect(popup.getByRole('heading', { name: 'Recent activity' })).toBeVisible();
  await pressAsSoonAsItMoves(popup, 'deploy-bot wants github', 'Approve once');
  await askFor(client, 'one');
  await expect(popup.locator('html')).toHaveAttribute('data-pressed', 'Approve once');
  expect(await readAnswers(signedIn)).toEqual(['one: waiting']);
  await clickSteady(card(popup).getByRole('button', { name: 'Approve once' }));
  await expect.poll(() => readAnswers(signedIn)).toEqual(['one: approved']);
});

test('a key that is held answers one request, and not the next one that has the focus then', async ({
  server,
  signedIn,
  browser_,
}) => {
  const { client } = await createAskingAgent(signedIn, server.url);
  for (const reason of ['the first', 'the second']) {
    await client.agent.credential.mutate({ service: 'github', reason, waitSeconds: 0 }).catch(() => 'pending');
  }
  const popup = await openOverBlank(browser_);
  await expect(card(popup)).toHaveCount(2);
  await card(popup).first().focus();
  await popup.keyboard.down('a');
  await expect(card(popup)).toHaveCount(1);
  await expect(card(popup)).toBeFocused();
  // Down again without having been up: it is held.
  await popup.keyboard.down('a');
  await popup.keyboard.up('a');
  await popup.keyboard.press('d');
  const readStatuses = async () => {
    const { approvals } = await signedIn.client.inbox.get.query();
    return approvals.map(({ status }) => status).sort();
  };
  await expect.poll(readStatuses).toEqual(['approved', 'denied']);
});

test('one letter denies', async ({ server, signedIn, browser_ }) => {
  const { client } = await createAskingAgent(signedIn, server.url);
  const refused = getRefusal(client.agent.credential.mutate({ service: 'github' }));
  await expect.poll(() => readNotifications(browser_)).toHaveLength(1);
  const popup = await openOverBlank(browser_);
  await expect(card(popup)).toBeFocused();
  await popup.keyboard.press('d');
  expect(await refused).toMatchObject({ status: 403, rule: 'approval' });
});

test('the notification’s button approves, and what another device answers takes it away', async ({
  server,
  signedIn,
  browser_,
}) => {
  const { client } = await createAskingAgent(signedIn, server.url);
  const first = client.agent.credential.mutate({ service: 'github' });
  await expect.poll(() => readNotifications(browser_)).toHaveLength(1);
  const [name = ''] = await readNotifications(browser_);
  await inWorker(browser_, `chrome.notifications.onButtonClicked.dispatch(${JSON.stringify(name)}, 0)`);
  expect((await first).values.value).toBe(tokenValue);
  const second = getRefusal(client.agent.credential.mutate({ service: 'github' }));
  await expect.poll(() => readNotifications(browser_)).toHaveLength(1);
  const popup = await openOverBlank(browser_);
  await expect(card(popup)).toBeVisible();
  const [waiting] = (await signedIn.client.inbox.get.query()).approvals;
  await signedIn.client.approvals.answer.mutate({ id: waiting?.id ?? '', answer: 'deny', note: 'no' });
  await second;
  await expect(popup.getByText('Denied · by Node.js, 127.0.0.1 · “no”')).toBeVisible();
  await expect(card(popup)).toHaveCount(0);
  await expect.poll(() => readNotifications(browser_)).toEqual([]);
});

test('a worker that was ended hears of what waits once it is woken', async ({
  server,
  signedIn,
  browser_,
  dashboard,
}) => {
  const { client } = await createAskingAgent(signedIn, server.url);
  await browser_.killWorker();
  const fetched = client.agent.credential.mutate({ service: 'github' });
  // Any page wakes it, as its alarm does.
  const page = await dashboard('/vault');
  await expect(card(page)).toBeVisible();
  await expect.poll(() => readNotifications(browser_)).toHaveLength(1);
  await clickSteady(card(page).getByRole('button', { name: 'Approve once' }));
  expect((await fetched).values.value).toBe(tokenValue);
});

test('the popup opens with what waits before any network answers', async ({ server, signedIn, browser_ }) => {
  const { client } = await createAskingAgent(signedIn, server.url);
  const fetched = client.agent.credential.mutate({ service: 'github' });
  await expect.poll(() => readNotifications(browser_)).toHaveLength(1);
  await browser_.context.setOffline(true);
  const popup = await openOverBlank(browser_);
  await expect(card(popup)).toBeVisible();
  await browser_.context.setOffline(false);
  await clickSteady(card(popup).getByRole('button', { name: 'Approve once' }));
  expect((await fetched).values.value).toBe(tokenValue);
});

test('the vault is locked by one click and opened with the password, in the popup and in the dashboard', async ({
  server,
  signedIn,
  browser_,
  dashboard,
}) => {
  const { client } = await createAskingAgent(signedIn, server.url);
  const page = await dashboard('/agents');
  await page.getByRole('button', { name: 'Lock vault' }).click();
  await expect(page.getByRole('heading', { name: 'The vault is locked' })).toBeVisible();
  expect(await getRefusal(client.agent.credential.mutate({ service: 'github' }))).toMatchObject({ status: 423 });
  await page.getByLabel('Account password', { exact: true }).fill('not this one');
  await page.getByRole('button', { name: 'Unlock' }).click();
  await expect(page.getByText('The password is not right.')).toBeVisible();
  await page.getByLabel('Account password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Unlock' }).click();
  await expect(page.getByRole('heading', { name: 'The vault is locked' })).toHaveCount(0);

  const popup = await openOverBlank(browser_);
  await popup.getByRole('button', { name: 'Lock the vault' }).click();
  await expect(popup.getByRole('heading', { name: 'The vault is locked' })).toBeVisible();
  await expect(page.getByText('Vault locked', { exact: true })).toBeVisible();
  await popup.getByLabel('Account password', { exact: true }).fill(password);
  await popup.keyboard.press('Enter');
  await expect(popup.getByRole('button', { name: 'Lock the vault' })).toBeVisible();
});

for (const path of ['dashboard.html#/vault', 'popup.html']) {
  test(`axe finds nothing on cards, answers and the locked vault in ${path}, and they fit 320 px`, async ({
    server,
    signedIn,
    browser_,
    dashboard,
  }) => {
    const { client } = await createAskingAgent(signedIn, server.url, { rememberMinutes: 15, withinSeconds: 300 });
    await getRefusal(client.agent.credential.mutate({ service: 'github', waitSeconds: 0 }));
    const page = await dashboard('/vault');
    // Loaded anew for each, so that no colour is caught on its way from one theme to the other.
    const inEach = async (work: () => Promise<void>) => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await page.goto('about:blank');
        await page.goto(browser_.toExtensionUrl(path));
        await work();
      }
    };
    await inEach(async () => {
      await clickSteady(card(page).getByRole('button', { name: 'Deny with a note' }));
      await verifyFit(page, 'denying');
      await card(page).getByRole('button', { name: 'Back' }).click();
      await verifyFit(page, 'waiting');
    });
    const [waiting] = (await signedIn.client.inbox.get.query()).approvals;
    await signedIn.client.approvals.answer.mutate({ id: waiting?.id ?? '', answer: 'remember' });
    await expect(page.getByText('Approved for 15 min')).toBeVisible();
    await verifyFit(page, 'settled');
    await signedIn.client.vault.lock.mutate();
    await inEach(async () => {
      await expect(page.getByRole('heading', { name: 'The vault is locked' })).toBeVisible();
      await verifyFit(page, 'locked');
    });
  });
}

test('a tool that is called through a proxy waits for one key in the popup; others pass while the answer holds', async ({
  server,
  signedIn,
  browser_,
}) => {
  const upstream = await startMcpUpstream();
  const rule = { rememberMinutes: 15 };
  const { proxy, key } = await createAskingProxy(signedIn, rule, { name: 'tracker', upstreamUrl: upstream.url });
  const client = await connectMcp(`${server.url}/mcp/p/${proxy.name}`, key, '2025-11-25', 'editor');
  const calling = client.callTool('headers');
  await expect.poll(() => readNotifications(browser_)).toHaveLength(1);
  await expect.poll(() => readBadge(browser_)).toBe('1');
  const popup = await openOverBlank(browser_);
  const call = card(popup, 'tracker proxy wants to call headers');
  await expect(call).toBeFocused();
  await expect(call).toContainText(`127.0.0.1:${upstream.port}`);
  await expect(call).toContainText(`editor127.0.0.1key …${key.slice(-4)}by policy Ask me first`);
  await expect(call.getByRole('button', { name: 'Approve every call with this key for 15 min' })).toBeVisible();
  await popup.keyboard.press('m');
  expect((await calling).isError).toBe(false);
  await expect(popup.getByText(/Approved every call for 15 min · by Browser, 127\.0\.0\.1/)).toBeVisible();
  expect((await client.callTool('progress', { steps: 1 })).isError).toBe(false);
  await expect.poll(() => readNotifications(browser_)).toEqual([]);
  await client.close();
  await upstream.stop();
});

for (const path of ['dashboard.html#/vault', 'popup.html']) {
  test(`a call of an API through a proxy in ${path}: whole, without a finding of axe, and it fits 320 px`, async ({
    server,
    signedIn,
    browser_,
    dashboard,
  }, info) => {
    const upstream = await startHttpUpstream();
    const rule = { rememberMinutes: 15, withinSeconds: 300 };
    const fields = { kind: 'http', name: 'payments', upstreamUrl: upstream.url } as const;
    const { proxy, key } = await createAskingProxy(signedIn, rule, fields);
    const long = `/v1/customers/${'a-long-name-'.repeat(12)}/invoices`;
    const headers = { authorization: `Bearer ${key}` };
    const held = fetch(`${server.url}/http/p/${proxy.name}${long}`, { method: 'POST', headers });
    const name = `payments proxy wants to call POST ${long}`;
    await expect.poll(() => readNotifications(browser_)).toHaveLength(1);
    const page = await dashboard('/vault');
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width: 400, height: 600 });
      await page.goto('about:blank');
      await page.goto(browser_.toExtensionUrl(path));
      await expect(card(page, name)).toContainText(`POST ${long}`);
      await page.screenshot({ path: info.outputPath(`${colorScheme}.png`) });
      await verifyFit(page, colorScheme);
    }
    await clickSteady(card(page, name).getByRole('button', { name: 'Deny with a note' }));
    await page.getByRole('textbox', { name: 'A word to whoever calls' }).fill('on Monday');
    await page.keyboard.press('Enter');
    const refused = await held;
    expect([refused.status, await refused.json()]).toMatchObject([403, { rule: 'approval', note: 'on Monday' }]);
    await expect(page.getByText(/Denied · by Browser, 127\.0\.0\.1 · “on Monday”/)).toBeVisible();
    await verifyFit(page, 'settled');
    await page.screenshot({ path: info.outputPath('settled.png') });
    await upstream.stop();
  });
}

/** Requests that wait, one for each reason; nobody waits for their answers. */
async function askFor(client: Client, ...reasons: readonly string[]): Promise<void> {
  for (const reason of reasons) {
    await client.agent.credential.mutate({ service: 'github', reason, waitSeconds: 0 }).catch(() => 'pending');
  }
}

/** What became of each request, by its reason. */
async function readAnswers({ client }: Person): Promise<readonly string[]> {
  const { approvals } = await client.inbox.get.query();
  return approvals.map(({ reason, status }) => `${reason}: ${status}`).sort();
}

async function answerElsewhere({ client }: Person, sought: string): Promise<void> {
  const { approvals } = await client.inbox.get.query();
  const id = approvals.find(({ reason }) => reason === sought)?.id ?? '';
  await client.approvals.answer.mutate({ id, answer: 'deny' });
}

async function verifyFit(page: Page, state: string): Promise<void> {
  await expectNoViolations(page, state);
  await page.setViewportSize({ width: 320, height: 600 });
  const overflow = await page.evaluate(() => {
    const root = document.querySelector('main');
    return root === null ? -1 : root.scrollWidth - root.clientWidth;
  });
  expect(overflow, state).toBe(0);
}

/** Ids of the notifications on the screen. */
async function readNotifications(browser: Browser): Promise<string[]> {
  return Object.keys(await inWorker<Record<string, boolean>>(browser, 'chrome.notifications.getAll()'));
}

function readBadge(browser: Browser): Promise<string> {
  return inWorker(browser, 'chrome.action.getBadgeText({})');
}

async function inWorker<Answer>(browser: Browser, expression: string): Promise<Answer> {
  const [worker] = browser.context.serviceWorkers();
  if (worker === undefined) throw new Error('the worker runs');
  return worker.evaluate(expression) as Promise<Answer>;
}
