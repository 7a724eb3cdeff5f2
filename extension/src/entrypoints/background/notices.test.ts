import { beforeEach, expect, test } from 'vitest';
import { browser } from 'wxt/browser';
import { fakeBrowser } from 'wxt/testing/fake-browser';
import { showNotices } from './notices.ts';

beforeEach(() => fakeBrowser.reset());

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
