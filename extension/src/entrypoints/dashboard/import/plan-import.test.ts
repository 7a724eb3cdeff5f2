import type { CredentialInput, CredentialSummary } from '@keytrail/shared/credential';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toSteps } from './import-summary.ts';
import { type Converting, type PlannedRow, planImport } from './plan-import.ts';

const at = '2026-03-10T12:00:00.000Z';

function toLogin(
  more: { label?: string; username?: string; sites?: string[]; password?: string; service?: string } = {},
): CredentialInput {
  const { label = 'Shop', username = 'sam', sites = ['https://shop.test'], password = 'p', service = 'shop' } = more;
  const common = { service, label, tags: [], expiresAt: null };
  return { ...common, kind: 'login', public: { username, sites }, secret: { password } };
}

const toToken = (label: string, value: string): CredentialInput => ({
  kind: 'token',
  service: 'ci',
  label,
  tags: [],
  expiresAt: null,
  public: {},
  secret: { value },
});

let ids = 0;
function store(input: CredentialInput): CredentialSummary {
  const { kind, service, label, tags, expiresAt, public: members, secret } = input;
  const id = `c${++ids}`;
  const times = { createdAt: at, updatedAt: at, lastUsedAt: null, refresh: null };
  return {
    id,
    version: 1,
    kind,
    service,
    label,
    tags,
    expiresAt,
    public: members,
    secretFields: Object.keys(secret),
    ...times,
  };
}

const toEntries = (inputs: readonly CredentialInput[]): Converting[] =>
  inputs.map((input, index) => ({
    row: index + 2,
    title: '',
    converted: { kind: 'credential', input, inNotes: false },
  }));

const plan = (inputs: CredentialInput[], vault: CredentialSummary[] = []) => planImport(toEntries(inputs), vault);
const toLabels = (rows: PlannedRow[]) =>
  rows.map((row) => ('input' in row ? `${row.kind}: ${row.input.label}` : row.kind));

describe('labels', () => {
  test('thousands of entries of one account are numbered through, without counting anew for each', () => {
    const inputs = Array.from({ length: 5000 }, (_, n) => toLogin({ password: `p${n}` }));
    const labels = toLabels(plan(inputs));
    expect(new Set(labels).size).toBe(5000);
    expect(labels.slice(0, 3)).toEqual(['new: Shop', 'new: Shop (sam)', 'new: Shop (sam) (2)']);
    expect(labels.at(-1)).toBe('new: Shop (sam) (4999)');
  });

  test('accounts of one name are told apart by their usernames, entries of one account by a number', () => {
    const inputs = [
      toLogin(),
      toLogin({ username: 'kim' }),
      toLogin({ password: 'old' }),
      toToken('CI', 'a'),
      toToken('CI', 'b'),
    ];
    expect(toLabels(plan(inputs))).toEqual([
      'new: Shop',
      'new: Shop (kim)',
      'new: Shop (sam)',
      'new: CI',
      'new: CI (2)',
    ]);
  });

  test('never meet one that is in the vault, nor grow too long', () => {
    const label = 'x'.repeat(100);
    const vault = [store(toLogin({ label, username: 'other', sites: ['https://other.test'] }))];
    const [row] = plan([toLogin({ label })], vault);
    if (row?.kind !== 'new') throw new Error('unreachable');
    expect(row.input.label).toMatch(/^x+ \(sam\)$/);
    expect(row.input.label.length).toBeLessThanOrEqual(100);
  });
});

describe('what is in the vault already', () => {
  test.each([
    ['the same name on the same site', toLogin(), toLogin({ label: 'Other', service: 'other' }), true],
    [
      'one of several sites',
      toLogin({ sites: ['https://a.test', 'https://b.test'] }),
      toLogin({ sites: ['https://b.test'] }),
      true,
    ],
    ['another name', toLogin(), toLogin({ username: 'kim' }), false],
    ['another site', toLogin(), toLogin({ sites: ['https://b.test'] }), false],
    ['no site, the same service', toLogin({ sites: [] }), toLogin({ sites: [], label: 'Other' }), true],
    ['no site, another service', toLogin({ sites: [] }), toLogin({ sites: [], service: 'other' }), false],
    ['a token of the same label', toToken('CI', 'a'), toToken('CI', 'b'), true],
    ['a token of another label', toToken('CI', 'a'), toToken('CD', 'a'), false],
    ['another kind', toLogin({ label: 'CI', service: 'ci' }), toToken('CI', 'a'), false],
  ])('%s', (_, stored, incoming, isKnown) => {
    expect(plan([incoming], [store(stored)])[0]?.kind).toBe(isKnown ? 'known' : 'new');
  });

  test('can be kept beside, once: the second time it is there', () => {
    const first = store(toLogin());
    const [known] = plan([toLogin({ password: 'new' })], [first]);
    expect(known).toMatchObject({ kind: 'known', canKeep: true, existing: first, input: { label: 'Shop (imported)' } });
    if (known?.kind !== 'known') throw new Error('unreachable');
    const [again] = plan([toLogin({ password: 'new' })], [first, store(known.input)]);
    expect(again).toMatchObject({ kind: 'known', canKeep: false });
  });

  test('a row that repeats another is no second entry', () => {
    expect(plan([toLogin(), toLogin()])).toMatchObject([{ kind: 'new' }, { kind: 'same', as: 2 }]);
  });
});

const anyInput: fc.Arbitrary<CredentialInput> = fc.oneof(
  fc
    .record({
      label: fc.constantFrom('Shop', 'Shop (2)', 'Shop (imported)', 'kim'),
      username: fc.constantFrom('', 'sam', 'kim'),
      sites: fc.subarray(['https://a.test', 'https://b.test', 'https://c.test']),
      password: fc.constantFrom('1', '2', '3'),
    })
    .map((more) => toLogin(more)),
  fc
    .tuple(fc.constantFrom('CI', 'CI (2)'), fc.constantFrom('a', 'b', 'c'))
    .map(([label, value]) => toToken(label, value)),
);

const toContent = ({ label: _label, ...rest }: CredentialInput) => JSON.stringify(rest);

describe('an import into an empty vault', () => {
  /** A vault that takes what it is told, as the server does: a label that is taken is not taken again. */
  function carryOut(
    inputs: readonly CredentialInput[],
    vault: Map<string, CredentialInput>,
    most: number,
    keep: boolean,
  ) {
    const entries = toEntries(inputs);
    const summaries = [...vault.values()].map(store);
    const rows = planImport(entries, summaries);
    const known = new Map(rows.map(({ row }) => [row, keep ? ('keep' as const) : ('skip' as const)]));
    for (const { planned } of toSteps(rows, { leftOut: new Set(), known }).slice(0, most)) {
      const name = `${planned.input.service} ${planned.input.label}`;
      expect(vault.has(name), 'a planned label is free').toBe(false);
      vault.set(name, planned.input);
    }
  }

  test('stores everything once, however often it is interrupted and begun anew', () => {
    fc.assert(
      fc.property(fc.array(anyInput, { maxLength: 25 }), fc.array(fc.nat(8), { maxLength: 4 }), (inputs, stops) => {
        const vault = new Map<string, CredentialInput>();
        for (const most of stops) carryOut(inputs, vault, most, false);
        carryOut(inputs, vault, Number.POSITIVE_INFINITY, false);
        const distinct = [...new Map(inputs.map((input) => [JSON.stringify(input), input])).values()];
        expect([...vault.values()].map(toContent).sort()).toEqual(distinct.map(toContent).sort());
        carryOut(inputs, vault, Number.POSITIVE_INFINITY, false);
        expect(vault.size).toBe(distinct.length);
      }),
      { numRuns: 300 },
    );
  });

  test('goes on in the same dialog where it stopped: what it has stored is nobody else’s match', () => {
    const inputs = [toLogin({ password: 'a' }), toLogin({ password: 'b' }), toLogin({ password: 'a' })];
    const [first] = plan(inputs);
    if (first?.kind !== 'new') throw new Error('unreachable');
    const stored = store(first.input);
    const rest = planImport(toEntries(inputs), [stored], new Map([[first.row, stored.id]]));
    expect(toLabels(rest)).toEqual(['new: Shop (sam)', 'same']);
  });

  test('with everything kept that is known adds one of each at most, and a third time nothing', () => {
    fc.assert(
      fc.property(fc.array(anyInput, { maxLength: 12 }), (inputs) => {
        const vault = new Map<string, CredentialInput>();
        carryOut(inputs, vault, Number.POSITIVE_INFINITY, true);
        const once = vault.size;
        carryOut(inputs, vault, Number.POSITIVE_INFINITY, true);
        expect(vault.size).toBeLessThanOrEqual(2 * once);
      }),
    );
  });
});
