// Whether a plan reads and writes the rows of one account, by name: what a cluster can send to one worker.

import { z } from 'zod';

const plan = z.looseObject({
  'Node Type': z.string(),
  'Relation Name': z.string().optional(),
  Operation: z.string().optional(),
  'Index Cond': z.string().optional(),
  'Recheck Cond': z.string().optional(),
  Filter: z.string().optional(),
  Output: z.array(z.string()).optional(),
  get Plans() {
    return z.array(plan).optional();
  },
});
type Plan = z.infer<typeof plan>;

/** EXPLAIN (FORMAT JSON, VERBOSE), or what auto_explain says in that format. */
export const explained = z.union([z.array(z.looseObject({ Plan: plan })), z.looseObject({ Plan: plan })]);

const named = /\baccount_id = '([0-9a-f-]{36})'::uuid/;

/** The accounts that the plan names, and the tables of accounts that it touches without naming one. */
export function findAccounts(root: Plan, tables: ReadonlySet<string>): { accounts: Set<string>; unnamed: string[] } {
  const found = { accounts: new Set<string>(), unnamed: [] as string[] };
  const visit = (node: Plan) => {
    const table = node['Relation Name']?.replace(/^events_\d{8}$/, 'events');
    if (table !== undefined && tables.has(table)) {
      const account = findAccount(node);
      if (account === 'of its rows') null;
      else if (account === undefined) found.unnamed.push(table);
      else found.accounts.add(account);
    }
    for (const child of node.Plans ?? []) visit(child);
  };
  visit(root);
  return found;
}

/** Insert, Update, Delete: what the plan changes, once for each time. */
export function listChanges(node: Plan): string[] {
  const own = node['Node Type'] === 'ModifyTable' && node.Operation !== undefined ? [node.Operation] : [];
  return [...own, ...(node.Plans ?? []).flatMap(listChanges)];
}

/** How many times the plan reads a table of accounts. */
export function countScans(node: Plan, tables: ReadonlySet<string>): number {
  const table = node['Relation Name']?.replace(/^events_\d{8}$/, 'events');
  const own = node['Node Type'] !== 'ModifyTable' && table !== undefined && tables.has(table) ? 1 : 0;
  return (node.Plans ?? []).reduce((sum, child) => sum + countScans(child, tables), own);
}

function findAccount(node: Plan): string | undefined {
  if (node['Node Type'] !== 'ModifyTable') {
    const conditions = [node['Index Cond'], node['Recheck Cond'], node.Filter].join(' ');
    return named.exec(conditions)?.[1];
  }
  // What is changed or removed is scanned first, below. What is inserted begins with its account, as every table does.
  if (node.Operation !== 'Insert') return 'of its rows';
  return /^'([0-9a-f-]{36})'::uuid$/.exec(node.Plans?.[0]?.Output?.[0] ?? '')?.[1];
}
