import { expect, test } from 'vitest';
import { noFacets } from './facets.fixture.ts';
import { toGroups } from './to-groups.ts';

const facets = {
  ...noFacets,
  services: [
    { value: 'openai', label: null, count: 5 },
    { value: 'github', label: null, count: 2 },
  ],
  agentIds: [{ value: 'id-1', label: 'old name', count: 3 }],
};
const counted = { total: 9, oldest: null, values: facets };

test('groups are what occurred, largest first, by the name that the vault knows', () => {
  const known = [{ value: 'aws', label: 'aws' }];
  expect(toGroups('service', {}, known, counted)).toEqual([
    { value: 'openai', label: 'openai', count: 5 },
    { value: 'github', label: 'github', count: 2 },
  ]);
  expect(toGroups('agent', {}, [{ value: 'id-1', label: 'new name' }], counted)).toEqual([
    { value: 'id-1', label: 'new name', count: 3 },
  ]);
});

test('a filter by what is grouped leaves only the groups that it names', () => {
  expect(toGroups('service', { services: ['github', 'absent'] }, [], counted).map(({ value }) => value)).toEqual([
    'github',
  ]);
});
