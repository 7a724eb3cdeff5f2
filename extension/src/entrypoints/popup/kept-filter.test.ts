import { beforeEach, expect, test } from 'vitest';
import { browser } from 'wxt/browser';
import { fakeBrowser } from 'wxt/testing/fake-browser';
import { keepFilter, keptFilterKey, toKeptFilter } from './kept-filter.ts';

beforeEach(() => fakeBrowser.reset());

test('the filter that was kept comes back to the account that set it, and to no other', async () => {
  const filter = {
    types: ['policy_denied' as const],
    sources: ['agent' as const],
    services: ['github'],
    agentIds: ['x'],
  };
  await keepFilter('ada', filter);
  const stored = await browser.storage.session.get(keptFilterKey);
  expect(toKeptFilter(stored, 'ada')).toEqual(filter);
  expect(toKeptFilter(stored, 'grace')).toEqual({});
});

test.each([
  ['nothing', undefined],
  ['a text', 'types'],
  ['a type that there is not', { accountId: 'ada', filter: { types: ['nonsense'], services: 'github' } }],
  ['values that are no texts', { accountId: 'ada', filter: { services: [7, null] } }],
])('%s where a filter should be counts as none', (_name, stored) => {
  expect(toKeptFilter({ [keptFilterKey]: stored }, 'ada')).toEqual({});
});
