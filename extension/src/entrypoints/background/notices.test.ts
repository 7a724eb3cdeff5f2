import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { browser } from 'wxt/browser';
import { fakeBrowser } from 'wxt/testing/fake-browser';
import { showNotices } from './notices.ts';

beforeEach(() => fakeBrowser.reset());
afterEach(() => vi.useRealTimers());

const notice = (id: string) => ({ id, title: id, message: 'wants a word' });
const shown = async () => Object.keys(await browser.notifications.getAll()).sort();

test('those that are wanted are shown, those that are not are taken away, kind by kind', async () => {
  await showNotices('approval', [notice('a'), notice('b')]);
  await showNotices('alert', [notice('a')]);
  expect(await shown()).toEqual(['alert:a', 'approval:a', 'approval:b']);
  await showNotices('approval', [notice('b'), notice('c')]);
  expect(await shown()).toEqual(['alert:a', 'approval:b', 'approval:c']);
});

test('what the person closed stays closed', async () => {
  await showNotices('approval', [notice('a')]);
  await browser.notifications.clear('approval:a');
  await showNotices('approval', [notice('a'), notice('b')]);
  expect(await shown()).toEqual(['approval:b']);
});

test('calls at once end with what was wanted last', async () => {
  await Promise.all([showNotices('approval', [notice('a')]), showNotices('approval', [notice('b')])]);
  expect(await shown()).toEqual(['approval:b']);
});

test('an alert that was seen and is new again within a minute is told once, and again after that', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 0 });
  const alert = { ...notice('a'), restMs: 60_000 };
  await showNotices('alert', [alert]);
  await showNotices('alert', []);
  vi.setSystemTime(59_999);
  await showNotices('alert', [alert, notice('b')]);
  expect(await shown()).toEqual(['alert:b']);
  vi.setSystemTime(60_000);
  await showNotices('alert', [alert, notice('b')]);
  expect(await shown()).toEqual(['alert:a', 'alert:b']);
});

test('one that needs no rest comes back at once', async () => {
  await showNotices('approval', [notice('a')]);
  await showNotices('approval', []);
  await showNotices('approval', [notice('a')]);
  expect(await shown()).toEqual(['approval:a']);
});
