// What a row of the Audit Log says: the icon and colour of its type, the title, the service, when, by which client, from where,
// and why not.

import { startEmbeddedPostgres } from '@keytrail/server/base/embedded-postgres';
import type { EventDraft } from '@keytrail/shared/event';
import type { Locator, Page } from '@playwright/test';
import { seedEvents } from '../kit/seed-events.ts';
import type { ServerProcess } from '../kit/server-process.ts';
import { expect, type Person, test } from './fixtures.ts';

const rowsOf = (page: Page) => page.getByRole('row').filter({ has: page.getByRole('cell') });

async function seed(server: ServerProcess, person: Person, drafts: readonly EventDraft[]): Promise<void> {
  const { connection } = await startEmbeddedPostgres({ dataDir: server.dataDir, log: () => undefined });
  await seedEvents(connection, person.accountId, drafts.length, (n) => {
    const draft = drafts[n];
    if (draft === undefined) throw new Error(`there is no draft ${n}`);
    return draft;
  });
}

interface RowCase {
  readonly draft: EventDraft;
  readonly icon: string;
  /** The role of its colour in the theme. */
  readonly colour: string;
  readonly words: readonly string[];
}

const cases: readonly RowCase[] = [
  {
    draft: {
      type: 'secret_access',
      action: 'reveal',
      source: 'direct',
      outcome: 'ok',
      title: 'Direct Access',
      service: 'github',
      client: 'browser',
      clientIp: '203.0.113.7',
    },
    icon: 'key-round',
    colour: '--color-green',
    words: ['Direct Access', 'github', 'Direct', 'Browser', '203.0.113.7', 'now'],
  },
  {
    draft: {
      type: 'agent_access',
      action: 'fetch',
      source: 'agent',
      outcome: 'ok',
      title: 'deploy-bot',
      service: 'openai',
      client: 'mcp_python',
      clientIp: '2001:db8::7',
      reason: 'nightly report',
    },
    icon: 'bot',
    colour: '--color-blue',
    words: ['deploy-bot', 'openai', 'Agent', 'MCP/Python', '2001:db8::7', 'nightly report'],
  },
  {
    draft: {
      type: 'token_refresh',
      action: 'update',
      source: 'system',
      outcome: 'ok',
      title: 'Token of stripe refreshed',
      service: 'stripe',
    },
    icon: 'refresh-cw',
    colour: '--color-blue',
    words: ['Token of stripe refreshed', 'stripe', 'System'],
  },
  {
    draft: {
      type: 'policy_denied',
      action: 'fetch',
      source: 'mcp_proxy',
      outcome: 'denied',
      title: 'GitHub proxy',
      service: 'github',
      client: 'nodejs',
      clientIp: '10.0.0.1',
      rule: 'grant_expired',
    },
    icon: 'shield-x',
    colour: '--color-red',
    words: ['GitHub proxy', 'MCP Proxy', 'Node.js', 'The grant has expired', 'grant_expired'],
  },
  {
    draft: {
      type: 'vault_change',
      action: 'create',
      source: 'direct',
      outcome: 'ok',
      title: 'Agent created',
      client: 'cli',
    },
    icon: 'settings',
    colour: '--color-mute',
    words: ['Agent created', 'CLI'],
  },
];

/** What an element is drawn in, and what a role of the theme is, as the browser says both. */
const readColours = (icon: Locator, role: string) =>
  icon.evaluate((element, name) => {
    const probe = document.body.appendChild(document.createElement('i'));
    probe.style.color = `var(${name})`;
    const wanted = getComputedStyle(probe).color;
    probe.remove();
    return { shown: getComputedStyle(element).color, wanted };
  }, role);

test('each type has its icon and colour, and each row says all that the log promises', async ({
  server,
  signedIn,
  dashboard,
}) => {
  await seed(
    server,
    signedIn,
    cases.map(({ draft }) => draft),
  );
  const page = await dashboard('/audit');
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const { draft, icon, colour, words } of cases) {
      const row = rowsOf(page).filter({ has: page.getByRole('button', { name: new RegExp(draft.title) }) });
      for (const each of words) await expect(row).toContainText(each);
      const drawn = row.locator('svg').first();
      await expect(drawn).toHaveClass(new RegExp(`lucide-${icon}( |$)`));
      const { shown, wanted } = await readColours(drawn, colour);
      expect(shown, `${draft.type}, ${colorScheme}`).toBe(wanted);
    }
  }
});

test('a failed access looks and sounds different from one that succeeded, and says why', async ({
  server,
  signedIn,
  dashboard,
}) => {
  const copy = { type: 'secret_access', action: 'copy', source: 'direct', title: 'Direct Access' } as const;
  await seed(server, signedIn, [
    { ...copy, outcome: 'ok', service: 'github' },
    { ...copy, outcome: 'failed', service: 'stripe', note: 'The stored secret could not be read' },
  ]);
  const page = await dashboard('/audit');
  const copied = rowsOf(page).filter({ hasText: 'github' });
  const failed = rowsOf(page).filter({ hasText: 'stripe' });
  await expect(copied).toContainText('copied');
  await expect(copied).not.toContainText('Failed');
  await expect(failed).not.toContainText('copied');
  await expect(failed.getByRole('button', { name: /Failed: The stored secret could not be read/ })).toBeVisible();
  for (const width of [500, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    const words = failed.getByText('Failed: The stored secret could not be read').filter({ visible: true });
    const { shown, wanted } = await readColours(words.first(), '--color-red');
    expect(shown, `at ${width} px`).toBe(wanted);
  }
});

test('a call through a proxy names its tool, and its answer what came back', async ({
  server,
  signedIn,
  dashboard,
}) => {
  const call = {
    type: 'agent_access',
    action: 'inject',
    source: 'mcp_proxy',
    outcome: 'ok',
    title: 'GitHub proxy',
    proxyId: '01980000-0000-7000-9000-0000000000aa',
    proxyName: 'GitHub proxy',
  } as const;
  const answer = { ...call, action: 'result', durationMs: 80, bytes: 9 } as const;
  await seed(server, signedIn, [
    { ...call, tool: 'search_issues' },
    { ...answer, tool: 'search_issues', outcome: 'failed', note: 'The caller left' },
    { ...call, tool: 'get_issue' },
    { ...answer, tool: 'get_issue', upstreamStatus: 200 },
  ]);
  const page = await dashboard('/audit');
  const calls = rowsOf(page).filter({ hasText: 'GitHub proxy' });
  await expect(calls).toHaveCount(3);
  await expect(calls.nth(0)).toContainText('called get_issue');
  await expect(calls.nth(1)).toContainText('search_issues failed');
  await expect(calls.nth(1)).toContainText('Failed: The caller left');
  await expect(calls.nth(2)).toContainText('called search_issues');
  await calls
    .nth(0)
    .getByRole('button', { name: /^answered 200/ })
    .click();
  await expect(calls).toHaveCount(4);
  await expect(calls.nth(0)).toContainText('get_issue answered 200');
  await expect(calls.nth(1)).toContainText('called get_issue');
});

test('a time is relative and stays true; hover and keyboard focus show the full date with its zone', async ({
  server,
  signedIn,
  dashboard,
}) => {
  await seed(
    server,
    signedIn,
    cases.map(({ draft }) => draft),
  );
  const page = await dashboard('/vault');
  await page.clock.install({ time: new Date() });
  await page.goto(`${page.url().split('#')[0]}#/audit`);
  const row = rowsOf(page).filter({ hasText: 'deploy-bot' });
  const time = row.locator('time');
  await expect(time).toHaveText('now');
  await page.clock.runFor(60_000);
  await expect(time).toHaveText('1 min ago');
  await page.clock.runFor(60_000);
  await expect(time).toHaveText('2 min ago');
  const { events } = await signedIn.client.audit.list.query({ filter: { types: ['agent_access'] }, limit: 1 });
  const at = new Date(events[0]?.recordedAt ?? '');
  const full = new RegExp(`${at.getFullYear()}.*${String(at.getMinutes()).padStart(2, '0')}:.*(UTC|GMT|[A-Z]{3,4})`);
  await time.hover();
  await expect(page.getByRole('tooltip')).toHaveText(full);
  await expect(time).toHaveAccessibleDescription(full);
  await page.mouse.move(0, 0);
  await expect(page.getByRole('tooltip')).toHaveCount(0);
  await row.locator('[data-row]').focus();
  await page.keyboard.press('Tab');
  await expect(time).toBeFocused();
  await expect(page.getByRole('tooltip')).toHaveText(full);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('tooltip')).toHaveCount(0);
});

test('very long names and names that run from right to left keep every column in its place, from 320 to 1600 px', async ({
  server,
  signedIn,
  dashboard,
}) => {
  const long = 'a-name-without-a-single-space-'.repeat(6).slice(0, 180);
  const base = { type: 'agent_access', action: 'fetch', source: 'agent', outcome: 'ok' } as const;
  await seed(server, signedIn, [
    {
      ...base,
      title: long,
      service: long.slice(0, 100),
      clientName: long.slice(0, 100),
      reason: long,
      credentialLabel: long,
    },
    {
      ...base,
      title: 'עוזר הפריסה',
      service: 'שירות',
      reason: 'لأن الإصدار جاهز',
      credentialLabel: 'ראשי',
      clientIp: '192.0.2.9',
    },
    { ...base, title: 'plain-bot', service: 'github', clientIp: '192.0.2.10' },
  ]);
  const page = await dashboard('/audit');
  for (const width of [320, 700, 1600]) {
    await page.setViewportSize({ width, height: 800 });
    await expect(rowsOf(page).filter({ hasText: 'plain-bot' })).toHaveCount(1);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow, `at ${width} px`).toBeLessThanOrEqual(0);
    const edges = await page.evaluate(() =>
      [...document.querySelectorAll('tbody tr time')].map((time) => {
        const row = time.closest('tr')?.getBoundingClientRect();
        return Math.round((row?.right ?? 0) - time.getBoundingClientRect().right);
      }),
    );
    expect(new Set(edges).size, `times end at ${edges} px from the edge at ${width} px`).toBe(1);
  }
  // An address beside a name from right to left still reads from left to right.
  const address = rowsOf(page).filter({ hasText: 'עוזר הפריסה' }).getByText('192.0.2.9', { exact: true }).last();
  await expect(address).toBeVisible();
  await rowsOf(page).filter({ hasText: 'עוזר הפריסה' }).locator('[data-row]').click();
  await expect(page.getByRole('dialog')).toContainText('لأن الإصدار جاهز');
});
