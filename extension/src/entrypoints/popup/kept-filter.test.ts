import { beforeEach, expect, test } from 'vitest';
import { browser } from 'wxt/browser';
import { fakeBrowser } from 'wxt/testing/fake-browser';
import { keepFilter, readKeptFilter } from './kept-filter.ts';

beforeEach(() => fakeBrowser.reset());

test('the filter that was kept comes back to the account that set it, and to no other', async () => {
  const filter = {
    types: ['policy_denied' as const],
    sources: ['agent' as const],
    services: ['github'],
    agentIds: ['x'],
  };
  await keepFilter('ada', filter);
  expect(await readKeptFilter('ada')).toEqual(filter);
  expect(await readKeptFilter('grace')).toEqual({});
});

test.each([
  ['nothing', undefined],
  ['a text', 'types'],
  ['a type that there is not', { accountId: 'ada', filter: { types: ['nonsense'], services: 'github' } }],
  ['values that are no texts', { accountId: 'ada', filter: { services: [7, null] } }],
])('%s where a filter should be counts as none', async (_name, stored) => {
  await browser.storage.session.set({ popupFilter: stored });
  expect(await readKeptFilter('ada')).toEqual({});
});
