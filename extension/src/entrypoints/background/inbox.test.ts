import 'fake-indexeddb/auto';
import { beforeEach, expect, test } from 'vitest';
import { browser } from 'wxt/browser';
import { fakeBrowser } from 'wxt/testing/fake-browser';
import { keepInbox, readKeptInbox } from '../../lib/inbox.ts';
import { followInbox } from './inbox.ts';
import { showNotices } from './notices.ts';

beforeEach(() => fakeBrowser.reset());

test('a worker that wakes where nobody is signed in takes away what the session before left', async () => {
  await keepInbox('ada', { approvals: [], accessRequests: [], alerts: [], unseenAlerts: 0, lockedAt: null });
  for (const kind of ['approval', 'access', 'alert']) {
    await showNotices(kind, [{ id: 'a', title: 'a', message: 'wants a word' }]);
  }
  await followInbox();
  expect(await readKeptInbox('ada')).toBeNull();
  expect(await browser.notifications.getAll()).toEqual({});
});
