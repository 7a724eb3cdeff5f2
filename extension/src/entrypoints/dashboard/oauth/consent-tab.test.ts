import { beforeEach, expect, test, vi } from 'vitest';
import { browser } from 'wxt/browser';
import { fakeBrowser } from 'wxt/testing/fake-browser';
import { awaitConsent } from './consent-tab.ts';

beforeEach(() => fakeBrowser.reset());

const page = 'https://provider.example/authorize';
const callback = 'https://keytrail.test/oauth/callback';
const readPages = async () => (await browser.tabs.query({})).map(({ url }) => url);

test('given up before: no tab is opened', async () => {
  const before = await readPages();
  const create = vi.spyOn(browser.tabs, 'create');
  expect(await awaitConsent(page, callback, AbortSignal.abort())).toBeNull();
  expect(create).not.toHaveBeenCalled();
  expect(await readPages()).toEqual(before);
});

test('given up while the tab opens: it is closed', async () => {
  const before = await readPages();
  const stop = new AbortController();
  const consent = awaitConsent(page, callback, stop.signal);
  stop.abort();
  expect(await consent).toBeNull();
  expect(await readPages()).toEqual(before);
});

test('given up while its page is open: it is closed', async () => {
  const before = await readPages();
  const stop = new AbortController();
  const consent = awaitConsent(page, callback, stop.signal);
  await expect.poll(readPages).toContain(page);
  stop.abort();
  expect(await consent).toBeNull();
  await expect.poll(readPages).toEqual(before);
});
