import { countedValuesMax } from '@keytrail/shared/event';
import { expect, test } from 'vitest';
import { noFacets } from './facets.fixture.ts';
import { toFilterOptions } from './filter-options.ts';
import type { Facets } from './use-facets.ts';

const id = '0197f3a0-0000-7000-8000-00000000abcd';

function facetsOf(values: Partial<Facets['values']>): Facets {
  return { total: 9, oldest: null, values: { ...noFacets, ...values } };
}
test('types stand in an order of their own, whatever occurred', () => {
  const facets = facetsOf({ types: [{ value: 'vault_change', label: null, count: 7 }] });
  expect(toFilterOptions('types', [], [], facets).map(({ label, count }) => [label, count])).toEqual([
    ['Secret Access', 0],
    ['Agent Access', 0],
    ['Token Refresh', 0],
    ['Policy Denied', 0],
    ['Vault Change', 7],
  ]);
});

test('what occurred comes first, most frequent first, then what is only known', () => {
  const facets = facetsOf({
    services: [
      { value: 'openai', label: null, count: 5 },
      { value: 'github', label: null, count: 2 },
    ],
  });
  const known = ['aws', 'github'].map((value) => ({ value, label: value }));
  expect(toFilterOptions('services', [], known, facets).map(({ value, count }) => [value, count])).toEqual([
    ['openai', 5],
    ['github', 2],
    ['aws', 0],
  ]);
});

test('a name from the vault outdoes the one that events recorded', () => {
  const facets = facetsOf({ agentIds: [{ value: id, label: 'old name', count: 1 }] });
  expect(toFilterOptions('agentIds', [], [], facets)[0]?.label).toBe('old name');
  expect(toFilterOptions('agentIds', [], [{ value: id, label: 'new name' }], facets)[0]?.label).toBe('new name');
});

test('a chosen value that nobody knows shows, to be removable', () => {
  expect(toFilterOptions('agentIds', [id], [], undefined)).toEqual([
    { value: id, label: 'Agent 00abcd', count: undefined },
  ]);
});

test('a range counts the addresses in it', () => {
  const facets = facetsOf({
    ips: [
      { value: '10.0.0.1', label: null, count: 3 },
      { value: '10.9.0.1', label: null, count: 4 },
      { value: '2001:db8::1', label: null, count: 5 },
    ],
  });
  const count = (range: string) => toFilterOptions('ips', [range], [], facets).find((o) => o.value === range)?.count;
  expect(count('10.0.0.0/8')).toBe(7);
  expect(count('10.0.0.0/16')).toBe(3);
  expect(count('192.0.2.0/24')).toBe(0);
});

test('a value that was not among those listed has no count rather than a wrong one', () => {
  const listed = Array.from({ length: countedValuesMax }, (_, n) => ({ value: `service-${n}`, label: null, count: 1 }));
  expect(toFilterOptions('services', ['rare'], [], facetsOf({ services: listed })).at(-1)).toEqual({
    value: 'rare',
    label: 'rare',
    count: undefined,
  });
});
