// The filters of the Audit Log: every one by hand, in the address, counted, saved under a name, grouped, by keyboard.

import type { AuditEvent, EventFilter } from '@keytrail/shared/event';
import { matches } from '@keytrail/shared/event-match';
import type { Page } from '@playwright/test';
import { expectNoViolations } from '../kit/axe.ts';
import { launchBrowser } from '../kit/browser.ts';
import { signIn } from '../kit/people.ts';
import { appendVariedEvents, toId } from '../kit/varied-events.ts';
import { createGrantedAgent, createToken } from '../kit/vault.ts';
import { expect, type Person, putSession, test } from './fixtures.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** Fills the person's log and returns all that it holds. */
async function fill(person: Person, dataDir: string): Promise<readonly AuditEvent[]> {
  await appendVariedEvents(dataDir, person.accountId, 120);
  return (await person.client.audit.list.query({ limit: 200 })).events;
}

const toLine = (count: number) => `${count} ${count === 1 ? 'event' : 'events'}`;
const countOf = (events: readonly AuditEvent[], filter: EventFilter) =>
  events.filter((event) => matches(event, filter)).length;

/** The page's own line about how many events pass. */
const subtitle = (page: Page) => page.locator('header p').first();
const chip = (page: Page, name: string) => page.getByRole('button', { name: `Remove filter: ${name}`, exact: true });

interface FilterCase {
  readonly name: string;
  readonly filter: EventFilter;
  /** What is ticked, by its words. */
  readonly ticks: readonly string[];
  readonly inAddress: RegExp;
  readonly chip: string;
  readonly first?: boolean;
}

const cases: readonly FilterCase[] = [
  {
    name: 'Type',
    filter: { types: ['agent_access', 'policy_denied'] },
    ticks: ['Agent Access', 'Policy Denied'],
    inAddress: /types=agent_access&types=policy_denied/,
    chip: 'Type: Agent Access, Policy Denied',
    first: true,
  },
  {
    name: 'Source',
    filter: { sources: ['mcp_proxy'] },
    ticks: ['MCP Proxy'],
    inAddress: /sources=mcp_proxy/,
    chip: 'Source: MCP Proxy',
    first: true,
  },
  {
    name: 'Service',
    filter: { services: ['github', 'stripe', 'openai'] },
    ticks: ['github', 'stripe', 'openai'],
    inAddress: /services=github&services=stripe&services=openai/,
    chip: 'Service: github +2',
    first: true,
  },
  {
    name: 'Agent',
    filter: { agentIds: [toId(51)] },
    ticks: ['bot-1'],
    inAddress: new RegExp(`agents=${toId(51)}`),
    chip: 'Agent: bot-1',
    first: true,
  },
  {
    name: 'Credential',
    filter: { credentialIds: [toId(3)] },
    ticks: ['label 3'],
    inAddress: new RegExp(`credentials=${toId(3)}`),
    chip: 'Credential: label 3',
  },
  {
    name: 'Proxy',
    filter: { proxyIds: [toId(90)] },
    ticks: ['GitHub proxy'],
    inAddress: new RegExp(`proxies=${toId(90)}`),
    chip: 'Proxy: GitHub proxy',
  },
  {
    name: 'Outcome',
    filter: { outcomes: ['failed', 'denied'] },
    ticks: ['Failed', 'Denied'],
    inAddress: /outcomes=failed&outcomes=denied/,
    chip: 'Outcome: Failed, Denied',
  },
  {
    name: 'Client',
    filter: { clients: ['browser'] },
    ticks: ['Browser'],
    inAddress: /clients=browser/,
    chip: 'Client: Browser',
  },
  {
    name: 'IP',
    filter: { ips: ['2001:db8::7'] },
    ticks: ['2001:db8::7'],
    inAddress: /ips=2001%3Adb8%3A%3A7/,
    chip: 'IP: 2001:db8::7',
  },
  {
    name: 'Denial rule',
    filter: { rules: ['grant_expired'] },
    ticks: ['grant_expired'],
    inAddress: /rules=grant_expired/,
    chip: 'Denial rule: The grant has expired',
  },
  {
    name: 'Policy',
    filter: { policyIds: [toId(70)] },
    ticks: ['Policy 000070'],
    inAddress: new RegExp(`policies=${toId(70)}`),
    chip: 'Policy: Policy 000070',
  },
];

/** Opens a filter's choices as a person does, by the bar or by "More filters". */
async function openFilter(page: Page, { name, first }: Pick<FilterCase, 'name' | 'first'>): Promise<void> {
  if (first) return page.getByRole('button', { name: `Filter by ${name.toLowerCase()}`, exact: true }).click();
  await page.getByRole('button', { name: 'More filters' }).click();
  await page.getByRole('menuitem', { name, exact: true }).click();
}

const option = (page: Page, words: string) =>
  page
    .getByRole('menuitemcheckbox')
    .or(page.getByRole('checkbox'))
    .filter({ has: page.getByText(words, { exact: true }) });

test('every filter by hand: counted beside its values, in the address, a chip that takes it back', async ({
  server,
  signedIn,
  dashboard,
}) => {
  test.slow();
  const events = await fill(signedIn, server.dataDir);
  const page = await dashboard('/audit');
  await expect(subtitle(page)).toContainText(toLine(events.length));
  for (const each of cases) {
    await openFilter(page, each);
    for (const words of each.ticks) await option(page, words).click();
    const ticked = countOf(events, each.filter);
    const shown = await Promise.all(
      each.ticks.map((words) => option(page, words).locator('.tabular-nums').textContent()),
    );
    expect(
      shown.map((text) => Number.parseInt(text ?? '', 10)).reduce((sum, count) => sum + count, 0),
      each.name,
    ).toBe(ticked);
    await page.keyboard.press('Escape');
    await expect(page).toHaveURL(each.inAddress);
    await expect(page.getByRole('button', { name: each.chip, exact: true })).toBeVisible();
    await expect(subtitle(page), each.name).toContainText(toLine(ticked));
    await chip(page, each.name).click();
    await expect(page).not.toHaveURL(each.inAddress);
    await expect(subtitle(page)).toContainText(toLine(events.length));
  }
});

test('an address or a range is typed; what is neither says what to type', async ({ server, signedIn, dashboard }) => {
  const events = await fill(signedIn, server.dataDir);
  const page = await dashboard('/audit');
  await openFilter(page, { name: 'IP' });
  const field = page.getByRole('searchbox', { name: 'Search IP' });
  const addresses = new Set(events.map(({ clientIp }) => clientIp).filter((ip) => ip?.startsWith('10.0.2.')));
  await field.fill('10.0.2.');
  await expect(page.getByRole('dialog').getByRole('checkbox')).toHaveCount(addresses.size);
  await field.press('Enter');
  await expect(page.getByRole('alert')).toContainText('Type an address');
  await field.fill('10.0.300');
  await field.press('Enter');
  await expect(page.getByRole('alert')).toContainText('Type an address such as 203.0.113.7, or a range such as');
  await field.fill('10.0.1.99/24');
  await expect(page.getByRole('alert')).toHaveCount(0);
  await field.press('Enter');
  await expect(page).toHaveURL(/ips=10.0.1.0%2F24/);
  const filter: EventFilter = { ips: ['10.0.1.0/24', '2001:db8::/32'] };
  await field.fill('2001:DB8::/32');
  await page.getByRole('button', { name: 'Add 2001:db8::/32' }).click();
  await expect(option(page, '2001:db8::/32')).toContainText(String(countOf(events, { ips: ['2001:db8::/32'] })));
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'IP: 10.0.1.0/24, 2001:db8::/32' })).toBeFocused();
  await expect(subtitle(page)).toContainText(toLine(countOf(events, filter)));
});

test('words narrow the log as they are typed, and leave as a whole by going back', async ({
  server,
  signedIn,
  dashboard,
}) => {
  const events = await fill(signedIn, server.dataDir);
  const page = await dashboard('/audit');
  const field = page.getByRole('searchbox', { name: 'Search titles, reasons, sites' });
  await field.pressSequentially('issue 1', { delay: 60 });
  await expect(page).toHaveURL(/text=issue\+1$/);
  await expect(subtitle(page)).toContainText(toLine(countOf(events, { text: 'issue 1' })));
  await field.fill('SHOP.example');
  await expect(subtitle(page)).toContainText(toLine(countOf(events, { text: 'shop.example' })));
  await page.goBack();
  await expect(page).not.toHaveURL(/text=/);
  await expect(field).toHaveValue('');
  await expect(subtitle(page)).toContainText(toLine(events.length));
});

test('time is a span that ends now, or a range of one’s own', async ({ server, signedIn, dashboard }) => {
  const events = await fill(signedIn, server.dataDir);
  const page = await dashboard('/audit');
  await page.clock.setSystemTime(Date.now() + 2 * dayMs);
  await page.getByRole('button', { name: 'Time: All time' }).click();
  await page.getByRole('button', { name: 'Last 24 hours' }).click();
  await expect(page).toHaveURL(/from=24h/);
  await expect(subtitle(page)).toContainText('0 events, last 24 hours');
  await page.getByRole('button', { name: 'Time: Last 24 hours' }).click();
  await page.getByRole('button', { name: 'Last 7 days' }).click();
  await expect(subtitle(page)).toContainText(`${toLine(events.length)}, last 7 days`);
  await page.getByRole('button', { name: 'Time: Last 7 days' }).click();
  const toField = (atMs: number) => new Date(atMs).toISOString().slice(0, 16);
  await page.getByLabel('From').fill(toField(Date.now() + dayMs));
  await page.getByLabel('To', { exact: true }).fill(toField(Date.now() - dayMs));
  await expect(page.getByText('The end must be later than the start.')).toBeVisible();
  await page.getByLabel('From').fill(toField(Date.now() - 2 * dayMs));
  await page.getByRole('button', { name: 'Apply' }).click();
  await expect(subtitle(page)).toContainText('0 events');
  await page.getByRole('button', { name: /^Time: / }).click();
  await page.getByLabel('To', { exact: true }).fill(toField(Date.now() + dayMs));
  await page.getByRole('button', { name: 'Apply' }).click();
  await expect(subtitle(page)).toContainText(toLine(events.length));
  await chip(page, 'Time').click();
  await expect(page).not.toHaveURL(/from=|to=/);
});

test('reload, back and a pasted address show the same view; what is wrong in an address is left out', async ({
  server,
  signedIn,
  dashboard,
}) => {
  const events = await fill(signedIn, server.dataDir);
  const filter: EventFilter = {
    types: ['agent_access'],
    services: ['openai', 'aws-prod'],
    clients: ['nodejs'],
    ips: ['10.0.0.0/8'],
    text: 'bot',
  };
  const opened = events.find((event) => matches(event, filter));
  const page = await dashboard('/audit?types=agent_access');
  const address =
    '/audit?types=agent_access&types=nonsense&services=openai&services=aws-prod&clients=nodejs&ips=10.0.0.0/8&ips=10.1' +
    `&agents=not-an-id&text=bot&from=7d&group=day&event=${opened?.id}`;
  const shows = async (shown: Page) => {
    await expect(shown.getByRole('dialog', { name: opened?.title ?? '' })).toBeVisible();
    await expect(subtitle(shown)).toContainText(toLine(countOf(events, filter)));
    for (const name of [
      'Type: Agent Access',
      'Service: openai, aws-prod',
      'Client: Node.js',
      'IP: 10.0.0.0/8',
      'Time: Last 7 days',
      'Group: Day',
      'Filter by agent',
    ]) {
      await expect(shown.getByRole('button', { name, exact: true, includeHidden: true })).toHaveCount(1);
    }
    await expect(shown.getByRole('searchbox', { includeHidden: true })).toHaveValue('bot');
  };
  await page.evaluate((hash) => location.assign(`#${hash}`), address);
  await shows(page);
  await page.reload();
  await shows(page);
  await page.goBack();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(subtitle(page)).toContainText(toLine(countOf(events, { types: ['agent_access'] })));
  await page.goForward();
  await shows(page);
  await shows(await dashboard(page.url().split('#')[1] ?? ''));
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await expect(subtitle(page)).toContainText(toLine(events.length));
  await expect(page).toHaveURL(/audit\?group=day$/);
});

test('counts stay exact as events arrive, in the line and in a menu that is open', async ({
  server,
  signedIn,
  dashboard,
}) => {
  const events = await fill(signedIn, server.dataDir);
  const page = await dashboard('/audit?outcomes=ok');
  const before = countOf(events, { outcomes: ['ok'] });
  await expect(subtitle(page)).toContainText(toLine(before));
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Filter by type' }).click();
  const changes = countOf(events, { outcomes: ['ok'], types: ['vault_change'] });
  await expect(option(page, 'Vault Change')).toContainText(String(changes));
  for (const name of ['first', 'second', 'third']) await signedIn.client.agents.create.mutate({ name });
  await expect(option(page, 'Vault Change')).toContainText(String(changes + 3));
  await expect(subtitle(page)).toContainText(toLine(before + 3));
});

test('a view that was saved on one device is there on another; it knows when it is changed', async ({
  server,
  signedIn,
  dashboard,
}, info) => {
  test.slow();
  const events = await fill(signedIn, server.dataDir);
  const page = await dashboard('/audit?types=policy_denied&group=service');
  const save = async (name: string) => {
    await page.getByRole('button', { name: /^(Saved views|View: )/ }).click();
    await page.getByLabel('Name of this view').fill(name);
  };
  await save('Refusals');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByRole('button', { name: 'View: Refusals' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('button', { name: 'View: Refusals' })).toBeVisible();

  const other = await launchBrowser(info.outputPath('other'));
  const session = await signIn(server.url, signedIn.email);
  await putSession(other, server.url, { ...signedIn, session });
  const there = await other.context.newPage();
  await there.goto(other.toExtensionUrl('dashboard.html#/audit'));
  await there.getByRole('button', { name: 'Saved views' }).click();
  await there.getByRole('link', { name: 'Refusals' }).click();
  await expect(there).toHaveURL(/types=policy_denied/);
  await expect(there.getByRole('button', { name: 'Group: Service' })).toBeVisible();
  await expect(subtitle(there)).toContainText(toLine(countOf(events, { types: ['policy_denied'] })));
  await chip(there, 'Type').click();
  await expect(there.getByRole('button', { name: 'View: Refusals' })).toContainText('changed');
  await there.reload();
  await there.getByRole('button', { name: 'View: Refusals' }).click();
  await there.getByRole('button', { name: 'Undo changes' }).click();
  await expect(there).toHaveURL(/types=policy_denied/);
  await openFilter(there, { name: 'Outcome' });
  await option(there, 'Denied').click();
  await there.keyboard.press('Escape');
  await there.getByRole('button', { name: 'View: Refusals' }).click();
  await there.getByRole('button', { name: 'Save changes to Refusals' }).click();
  await expect(there.getByRole('button', { name: 'View: Refusals' })).not.toContainText('changed');
  await other.close();

  // What the first device shows is no longer what the view says.
  await page.reload();
  await expect(page.getByRole('button', { name: 'View: Refusals' })).toContainText('changed');
  await save('Refusals');
  await expect(page.getByText('Replaces what “Refusals” shows now.')).toBeVisible();
  await page.route('**/trpc/views.save**', (route) => route.abort());
  await page.getByRole('button', { name: 'Replace' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await page.unroute('**/trpc/views.save**');
  await page.getByRole('button', { name: 'Replace' }).click();
  await expect(page.getByRole('button', { name: 'View: Refusals' })).not.toContainText('changed');
  await page.getByRole('button', { name: 'View: Refusals' }).click();
  await page.getByRole('button', { name: 'Delete the view Refusals' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete view' }).click();
  await expect(page.getByRole('button', { name: 'Saved views' })).toBeVisible();
  expect(await signedIn.client.views.list.query()).toEqual([]);
});

test('groups by agent and by service: counted, closed until asked for, and a way to all of one', async ({
  server,
  signedIn,
  dashboard,
}) => {
  const events = await fill(signedIn, server.dataDir);
  const page = await dashboard('/audit?types=agent_access');
  await page.getByRole('button', { name: 'Group by' }).click();
  await page.getByRole('menuitemradio', { name: 'Agent' }).click();
  const groups = page.getByRole('list', { name: 'Events by agent' });
  await expect(groups.getByRole('listitem')).toHaveCount(4);
  for (const n of [0, 1, 2, 3]) {
    const count = countOf(events, { types: ['agent_access'], agentIds: [toId(50 + n)] });
    await expect(groups.getByRole('button', { name: `bot-${n} ${toLine(count)}` })).toBeVisible();
  }
  await expect(page.getByRole('table')).toHaveCount(0);
  await groups.getByRole('button', { name: /^bot-2/ }).click();
  await expect(groups.getByRole('table').getByText('bot-2').first()).toBeVisible();
  await page.reload();
  await expect(groups.getByRole('button', { name: /^bot-2/ })).toHaveAttribute('aria-expanded', 'true');
  await groups.getByRole('table').getByText('bot-2').first().click();
  await expect(page.getByRole('dialog', { name: 'bot-2' })).toBeVisible();
  // The neighbours are those of the group.
  for (const _ of [1, 2, 3]) {
    const before = page.url();
    await page.keyboard.press('ArrowDown');
    await expect(page).not.toHaveURL(before);
    await expect(page.getByRole('dialog', { name: 'bot-2' })).toBeVisible();
  }
  await page.keyboard.press('Escape');
  await groups.getByRole('link', { name: /^Show all/ }).click();
  await expect(page.getByRole('button', { name: 'Agent: bot-2', exact: true })).toBeVisible();
  await expect(subtitle(page)).toContainText(
    toLine(countOf(events, { types: ['agent_access'], agentIds: [toId(52)] })),
  );
  await page.goBack();
  await page.getByRole('button', { name: 'Group: Agent' }).click();
  await page.getByRole('menuitemradio', { name: 'Service' }).click();
  const services = page.getByRole('list', { name: 'Events by service' });
  const count = countOf(events, { types: ['agent_access'], services: ['stripe'] });
  await expect(services.getByRole('button', { name: `stripe ${toLine(count)}` })).toHaveAttribute(
    'aria-expanded',
    'false',
  );
});

test('groups by day stand under their dates', async ({ server, signedIn, dashboard }) => {
  await fill(signedIn, server.dataDir);
  const page = await dashboard('/audit');
  await page.getByRole('button', { name: 'Group by' }).click();
  await page.getByRole('menuitemradio', { name: 'Day' }).click();
  await expect(page).toHaveURL(/group=day/);
  await expect(page.getByText(/^(Today|Yesterday), /).first()).toBeVisible();
});

test('“View activity” of a credential and of a grant opens the log with its filter', async ({
  server,
  signedIn,
  dashboard,
}) => {
  const bot = await createGrantedAgent(signedIn, server.url);
  await createToken(signedIn, 'elsewhere', 'other');
  await bot.client.agent.credential.mutate({ service: 'github' });
  const page = await dashboard(`/vault?open=${bot.credential.id}`);
  const drawer = page.getByRole('dialog', { name: 'main' });
  await drawer.getByRole('listitem').getByRole('link', { name: 'View activity' }).click();
  await expect(page.getByRole('button', { name: 'Agent: deploy-bot', exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Credential: main', exact: true })).toBeVisible();
  const { events } = await signedIn.client.audit.list.query({ limit: 200 });
  const credentialIds = [bot.credential.id];
  await expect(subtitle(page)).toContainText(toLine(countOf(events, { credentialIds, agentIds: [bot.agent.id] })));
  await page.goBack();
  await drawer.getByRole('link', { name: 'View activity' }).first().click();
  await expect(page.getByRole('button', { name: 'Filter by agent', exact: true })).toBeVisible();
  await expect(subtitle(page)).toContainText(toLine(countOf(events, { credentialIds })));
});

test('without the server the menus offer what the cache has, without counts', async ({
  server,
  signedIn,
  dashboard,
}) => {
  await fill(signedIn, server.dataDir);
  const page = await dashboard('/audit');
  await expect(page.getByText('Synced')).toBeVisible();
  await page.route(`${server.url}/**`, (route) => route.abort());
  await page.reload();
  await expect(page.getByText('The server does not answer.', { exact: false }).first()).toBeVisible();
  await page.getByRole('button', { name: 'Filter by service' }).click();
  await expect(option(page, 'stripe')).toHaveText('stripe');
  await option(page, 'stripe').click();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Service: stripe', exact: true })).toBeVisible();
  await expect(page.getByRole('row').filter({ hasText: 'stripe' }).first()).toBeVisible();
  // By the whole word: the GitHub proxy is named in rows of other services.
  await expect(page.getByRole('row').filter({ has: page.getByText('github', { exact: true }) })).toHaveCount(0);
});

test('the keyboard is enough', async ({ server, signedIn, dashboard }) => {
  await fill(signedIn, server.dataDir);
  const page = await dashboard('/audit');
  await expect(subtitle(page)).toContainText('events');
  await page.getByRole('button', { name: 'Filter by type' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menuitemcheckbox', { name: 'Secret Access' })).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('menuitemcheckbox', { name: 'Agent Access' })).toBeFocused();
  await page.keyboard.press('Space');
  await page.keyboard.press('Escape');
  const type = page.getByRole('button', { name: 'Type: Agent Access', exact: true });
  await expect(type).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(chip(page, 'Type')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Filter by type' })).toBeFocused();

  const more = page.getByRole('button', { name: 'More filters' });
  const chooseFirst = async () => {
    await expect(page.getByRole('dialog')).toHaveCount(0);
    // A dialog that closes hands the focus back a moment after it is gone; on a busy machine that takes it from the menu.
    await expect(async () => {
      await expect(more).toBeFocused();
      await page.keyboard.press('Enter');
      const isFocused = await expect(page.getByRole('menuitem', { name: 'Credential' }))
        .toBeFocused({ timeout: 2_000 })
        .then(
          () => true,
          () => false,
        );
      if (!isFocused) await page.keyboard.press('Escape');
      expect(isFocused).toBe(true);
    }).toPass({ timeout: 20_000 });
    await page.keyboard.press('Enter');
  };
  await more.focus();
  await chooseFirst();
  await expect(page.getByRole('dialog', { name: 'Credential' }).getByRole('checkbox').first()).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(more).toBeFocused();
  await chooseFirst();
  await expect(page.getByRole('checkbox').first()).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Space');
  await expect(page).toHaveURL(/credentials=/);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: /^Credential: / })).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page).not.toHaveURL(/credentials=/);
  await expect(more).toBeFocused();
});

test('axe finds nothing in open menus, light or dark, and all of it fits 320 px', async ({
  server,
  signedIn,
  dashboard,
}) => {
  test.slow();
  await fill(signedIn, server.dataDir);
  await signedIn.client.views.save.mutate({ name: 'Refusals', search: '?types=policy_denied' });
  const page = await dashboard('/audit?services=github&clients=nodejs&group=agent');
  const opens: Record<string, () => Promise<unknown>> = {
    type: () => page.getByRole('button', { name: 'Filter by type' }).click(),
    service: () => page.getByRole('button', { name: 'Service: github', exact: true }).click(),
    ip: async () => {
      await openFilter(page, { name: 'IP' });
      await page.keyboard.type('nonsense');
      await page.keyboard.press('Enter');
    },
    time: () => page.getByRole('button', { name: 'Time: All time' }).click(),
    views: () => page.getByRole('button', { name: 'Saved views' }).click(),
    group: async () => {
      await page.getByRole('button', { name: /^bot-/ }).first().click();
      await page.getByRole('button', { name: 'Group: Agent' }).click();
    },
  };
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width: colorScheme === 'light' ? 1280 : 320, height: 800 });
    await page.reload();
    for (const [name, open] of Object.entries(opens)) {
      await expect(subtitle(page)).toContainText('events');
      await open();
      await expectNoViolations(page, `${name}, ${colorScheme}`);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow, `${name}, ${colorScheme}`).toBeLessThanOrEqual(0);
      await page.keyboard.press('Escape');
    }
  }
});
