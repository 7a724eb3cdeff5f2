// What every end-to-end test stands on: a real server, a real browser with the extension, and a site to log in to.

import { join } from 'node:path';
import { test as base, type Page } from '@playwright/test';
import { type Browser, launchBrowser } from '../kit/browser.ts';
import { type Client, createClient } from '../kit/client.ts';
import { trustClientSites } from '../kit/client-site.ts';
import { type LoginSite, startLoginSite } from '../kit/login-site.ts';
import { signUp } from '../kit/people.ts';
import { type ServerProcess, startServerProcess } from '../kit/server-process.ts';
import { makeTempDir } from '../kit/temp-dir.ts';

export interface Person {
  readonly email: string;
  readonly session: string;
  readonly client: Client;
  readonly accountId: string;
}

interface Fixtures {
  browser_: Browser;
  person: Person;
  /** The person, signed in to the extension. */
  signedIn: Person;
  dashboard: (path: string) => Promise<Page>;
}

interface WorkerFixtures {
  server: ServerProcess;
  site: LoginSite;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  server: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameters by their pattern.
    async ({}, use) => {
      const folder = await makeTempDir();
      const server = await startServerProcess({
        KEYTRAIL_DATA_DIR: join(folder.path, 'data'),
        KEYTRAIL_TRUSTED_PROXIES: '127.0.0.1',
        ...(await trustClientSites(folder.path)),
        // The tests' own provider of tokens.
        KEYTRAIL_ALLOWED_UPSTREAMS: '127.0.0.1',
      });
      await use(server);
      await server.kill('SIGTERM');
      await folder.remove();
    },
    { scope: 'worker' },
  ],
  site: [
    // biome-ignore lint/correctness/noEmptyPattern: as above.
    async ({}, use) => {
      const site = await startLoginSite();
      await use(site);
      await site.close();
    },
    { scope: 'worker' },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: as above.
  browser_: async ({}, use, info) => {
    const browser = await launchBrowser(info.outputPath('profile'));
    const errors = collectErrors(browser);
    await use(browser);
    await browser.close();
    if (info.status === 'passed' && errors.length > 0) throw new Error(`The extension reported: ${errors.join('\n')}`);
  },
  person: async ({ server }, use) => use(await createPerson(server.url)),
  signedIn: async ({ server, person, browser_ }, use) => {
    await putSession(browser_, server.url, person);
    await use(person);
  },
  dashboard: async ({ browser_ }, use) => {
    await use(async (path) => {
      const page = await browser_.context.newPage();
      await page.goto(browser_.toExtensionUrl(`dashboard.html#${path}`));
      return page;
    });
  },
});
export const expect = test.expect;

/** A fresh account, which no page is signed in to yet. */
export async function createPerson(serverUrl: string): Promise<Person> {
  const { email, session } = await signUp(serverUrl);
  const client = createClient(serverUrl, session);
  return { email, session, client, accountId: (await client.account.me.query()).accountId };
}

/** Signs the extension in without its form: sign-ins from one address are limited, and one test does the form. */
export async function putSession(browser: Browser, serverAddress: string, person: Person): Promise<void> {
  const [worker] = browser.context.serviceWorkers();
  const account = { accountId: person.accountId, name: 'Test Person', email: person.email };
  const record = { serverAddress, token: person.session, account, notice: null };
  await worker?.evaluate(async (session) => {
    // @ts-expect-error: runs in the worker, where `chrome` is.
    await chrome.storage.local.set({ session });
  }, record);
}

/** Errors of the extension's own pages; what a site logs is its business, and a refused request is no error of ours. */
function collectErrors(browser: Browser): string[] {
  const errors: string[] = [];
  browser.context.on('console', (message) => {
    const ours = message.page()?.url().startsWith('chrome-extension://') ?? true;
    if (ours && message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      errors.push(message.text());
    }
  });
  browser.context.on('weberror', (error) => {
    if (error.page()?.url().startsWith('chrome-extension://')) errors.push(error.error().message);
  });
  return errors;
}
