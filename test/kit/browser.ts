// Real Chromium with the built extension in it, its toolbar popup, and its worker's death.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type BrowserContext, type CDPSession, chromium, type Page } from '@playwright/test';

/** Without it Playwright lets go of the popup, which is not one of its own pages. */
export const attachToOther = 'PW_CHROMIUM_ATTACH_TO_OTHER';

const extensionFolder = fileURLToPath(new URL('../../extension/.output/chrome-mv3', import.meta.url));
export const extensionId = 'jgfpjgmjbpeilmcaiknkihnhdccogfnm';

export interface Browser {
  readonly context: BrowserContext;
  /** The address of one of the extension's pages. */
  toExtensionUrl(path: string): string;
  /** Opens the popup as a click on the toolbar does while this page's tab is in front. */
  openPopup(over: Page): Promise<Page>;
  /** Ends the worker, as the browser does when it is idle; the next message or alarm starts it anew. */
  killWorker(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a browser on this profile. Hosts ending in .test are this machine. */
export async function launchBrowser(profile: string): Promise<Browser> {
  if (!existsSync(extensionFolder)) throw new Error(`The extension is not built: ${extensionFolder} is missing.`);
  process.env[attachToOther] = '1';
  const executablePath = process.env.KEYTRAIL_CHROMIUM ?? findChromium();
  const context = await chromium.launchPersistentContext(profile, {
    ...(executablePath === undefined ? { channel: 'chromium' } : { executablePath }),
    headless: process.env.HEADED === undefined,
    viewport: null,
    chromiumSandbox: false,
    locale: 'en-GB',
    args: [
      `--disable-extensions-except=${extensionFolder}`,
      `--load-extension=${extensionFolder}`,
      '--host-resolver-rules=MAP *.test 127.0.0.1',
      '--window-size=1280,860',
      // The default screen of a headless browser is too low for the popup's full height.
      '--screen-info={1600x1200}',
      '--no-first-run',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  await waitForWorker(context);
  await closeWelcomePage(context);
  return {
    context,
    toExtensionUrl,
    openPopup: (over) => openPopup(context, over),
    killWorker: () => killWorker(context),
    close: () => context.close(),
  };
}

/** The worker may be up before anybody listens, or asleep; one of the extension's pages wakes it. */
async function waitForWorker(context: BrowserContext): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (context.serviceWorkers().length === 0) {
    if (Date.now() > deadline) throw new Error('the extension’s worker did not start');
    await context.waitForEvent('serviceworker', { timeout: 2000 }).catch(async () => {
      const page = await context.newPage();
      // Refused as long as the extension is still being loaded.
      await page.goto(toExtensionUrl('dashboard.html')).catch(() => {});
      await page.close();
    });
  }
}

/** A fresh extension opens its welcome page; waited for, so that it does not come to the front in the midst of a test. */
async function closeWelcomePage(context: BrowserContext): Promise<void> {
  const isWelcome = (page: Page) => page.url().includes('#/welcome');
  const page =
    context.pages().find(isWelcome) ?? (await context.waitForEvent('page', { predicate: isWelcome, timeout: 20_000 }));
  await page.close();
}

function findChromium(): string | undefined {
  return ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) => existsSync(path));
}

function toExtensionUrl(path: string): string {
  return `chrome-extension://${extensionId}/${path}`;
}

async function openPopup(context: BrowserContext, over: Page): Promise<Page> {
  const opened = context.waitForEvent('page');
  await triggerPopup(context, over);
  const popup = await opened;
  await popup.waitForLoadState('domcontentloaded');
  return popup;
}

/** Has the browser do what a click on the toolbar does. */
export async function triggerPopup(context: BrowserContext, over: Page): Promise<void> {
  const cdp = await openBrowserCdp(context);
  await over.bringToFront();
  const { targetInfos } = await cdp.send('Target.getTargets', { filter: [{ type: 'tab' }] });
  const tab = targetInfos.find((target) => target.url === over.url());
  // Newer than the protocol's types that Playwright ships.
  const send = cdp.send.bind(cdp) as (method: string, parameters: unknown) => Promise<unknown>;
  await send('Extensions.triggerAction', { id: extensionId, targetId: tab?.targetId });
  await cdp.detach();
}

/** The protocol of the browser as a whole. */
export function openBrowserCdp(context: BrowserContext): Promise<CDPSession> {
  const browser = context.browser();
  if (browser === null) throw new Error('a persistent context has its browser');
  return browser.newBrowserCDPSession();
}

async function killWorker(context: BrowserContext): Promise<void> {
  // A page of its own would wake the worker; a blank one knows of it as well.
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  const stopped = new Promise<void>((resolve) => {
    cdp.on('ServiceWorker.workerVersionUpdated', ({ versions }) => {
      if (versions.some(({ runningStatus }) => runningStatus === 'stopped')) resolve();
    });
  });
  await cdp.send('ServiceWorker.enable');
  await cdp.send('ServiceWorker.stopAllWorkers');
  await stopped;
  await page.close();
}
