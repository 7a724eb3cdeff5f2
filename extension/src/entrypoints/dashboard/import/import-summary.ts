// How many rows of a plan become what.

import type { PlannedRow } from './plan-import.ts';

export const rowGroups = ['new', 'known', 'left'] as const;
export type RowGroup = (typeof rowGroups)[number];

/** `left`: what cannot or need not be taken. */
export function toGroup({ kind }: PlannedRow): RowGroup {
  return kind === 'new' || kind === 'known' ? kind : 'left';
}

export type DuplicateChoice = 'skip' | 'keep' | 'update';

/** What its reader has chosen. What is not named is taken if it is new, and skipped if it is known. */
export interface ImportChoices {
  /** Rows of new entries that stay out. */
  readonly leftOut: ReadonlySet<number>;
  readonly known: ReadonlyMap<number, DuplicateChoice>;
}

export type ImportStep =
  | { readonly kind: 'create'; readonly planned: Extract<PlannedRow, { kind: 'new' | 'known' }> }
  | { readonly kind: 'update'; readonly planned: Extract<PlannedRow, { kind: 'known' }> };

/** What is to be done, in the order of the file. */
export function toSteps(plan: readonly PlannedRow[], choices: ImportChoices): ImportStep[] {
  return plan.flatMap((planned): ImportStep[] => {
    if (planned.kind === 'new') return choices.leftOut.has(planned.row) ? [] : [{ kind: 'create', planned }];
    if (planned.kind !== 'known') return [];
    const choice = choices.known.get(planned.row) ?? 'skip';
    if (choice === 'update') return [{ kind: 'update', planned }];
    return choice === 'keep' && planned.canKeep ? [{ kind: 'create', planned }] : [];
  });
}
