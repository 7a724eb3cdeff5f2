import { describe, expect, test } from 'vitest';
import { parseSearch, stringifySearch } from '../search.ts';
import { fromChoices, fromRange, parseAuditSearch, toChoices, toFilter, toRange } from './audit-search.ts';

const agent = '0197f3a0-0000-7000-8000-000000000001';
const now = Date.parse('2026-03-10T12:00:00.000Z');
const read = (text: string) => parseAuditSearch(parseSearch(text));

describe('an address of the audit log', () => {
  test('"View activity" of an agent filters by that agent', () => {
    expect(toFilter(read(`?agents=${agent}`), now)).toEqual({ agentIds: [agent] });
  });

  test('carries every filter', () => {
    const search = read(
      `?types=agent_access&types=policy_denied&sources=mcp_proxy&services=github&agents=${agent}&from=24h`,
    );
    expect(toFilter(search, now)).toEqual({
      types: ['agent_access', 'policy_denied'],
      sources: ['mcp_proxy'],
      services: ['github'],
      agentIds: [agent],
      from: '2026-03-09T12:00:00.000Z',
    });
  });

  test('survives being written and read', () => {
    const filter = { types: ['secret_access' as const], services: ['a b'], agentIds: [agent] };
    const range = { kind: 'custom' as const, from: '2026-03-01T00:00:00.000Z', to: '2026-03-02T00:00:00.000Z' };
    const search = read(stringifySearch({ ...fromChoices(filter), ...fromRange(range) }));
    expect(toChoices(search)).toEqual(filter);
    expect(toRange(search)).toEqual(range);
  });

  test.each(['?types=nonsense', '?agents=1', '?from=yesterday', '?to=7d', '?services=', '?event=x'])(
    '%s is read without what is wrong in it',
    (text) => expect(toFilter(read(text), now)).toEqual({}),
  );

  test('keeps what is right beside what is wrong', () => {
    expect(read('?types=nonsense&types=agent_access').types).toEqual(['agent_access']);
  });

  test('a preset stays a preset', () => {
    expect(toRange(read('?from=30d'))).toEqual({ kind: 'last', span: '30d' });
    expect(fromRange({ kind: 'last', span: '30d' })).toEqual({ from: '30d', to: undefined });
  });
});
