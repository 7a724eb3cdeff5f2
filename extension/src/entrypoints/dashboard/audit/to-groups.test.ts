import { countedValuesMax } from '@keytrail/shared/event';
import { expect, test } from 'vitest';
import { noFacets } from './facets.fixture.ts';
import { countUngrouped, toGroups } from './to-groups.ts';

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

test('events of no agent or of no service are counted, so that the counts add up to all of them', () => {
  expect(countUngrouped('service', {}, counted)).toBe(2);
  expect(countUngrouped('agent', {}, counted)).toBe(6);
  expect(countUngrouped('agent', { services: ['github'] }, counted)).toBe(6);
});

test('nothing is said to be in no group where the filter names groups, or too many groups exist to list them', () => {
  expect(countUngrouped('service', { services: ['github'] }, counted)).toBe(0);
  const services = Array.from({ length: countedValuesMax }, (_, n) => ({
    value: `service ${n}`,
    label: null,
    count: 1,
  }));
  expect(countUngrouped('service', {}, { ...counted, total: 500, values: { ...facets, services } })).toBe(0);
});
