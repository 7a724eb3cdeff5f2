// What becomes of each entry: stored as new, met in the vault already, the same as another row, or refused. Planned anew against
// the vault as it is, an import that was interrupted goes on where it stopped and stores nothing twice.

import type { CredentialInput, CredentialSummary } from '@keytrail/shared/credential';
import { findMatches } from './find-matches.ts';
import { addToLabel, createLabels } from './free-labels.ts';
import type { Converted, Refusal } from './to-credential.ts';

/** An entry of the file with its row. */
export interface Converting {
  readonly row: number;
  readonly title: string;
  readonly converted: Converted;
}

export type PlannedRow = { readonly row: number; readonly title: string } & (
  | { readonly kind: 'new'; readonly input: CredentialInput; readonly inNotes: boolean }
  | {
      readonly kind: 'known';
      /** Under the label that it would get beside the one in the vault. */
      readonly input: CredentialInput;
      readonly inNotes: boolean;
      readonly existing: CredentialSummary;
      /** False where it was kept beside it before: a second import must not make a third. */
      readonly canKeep: boolean;
    }
  | { readonly kind: 'same'; readonly as: number }
  | { readonly kind: 'refused'; readonly why: Refusal }
);

/**
 * @param vault as it is now.
 * @param stored by row, the ids of credentials that this import has stored: they are nobody else's match.
 */
export function planImport(
  entries: readonly Converting[],
  vault: readonly CredentialSummary[],
  stored: ReadonlyMap<number, string> = new Map(),
): PlannedRow[] {
  const { firstOf, distinct } = toDistinct(entries);
  const open = distinct.filter(({ row }) => !stored.has(row));
  const own = new Set(stored.values());
  const inputs = open.map(({ input }) => input);
  const matches = findMatches(
    inputs,
    vault.filter(({ id }) => !own.has(id)),
  );
  const known = new Map(open.map(({ row }, index) => [row, matches.get(index)]));
  const labels = createLabels(vault);
  // Before any label that is only on offer, so that what is new gets the one it had the last time.
  const fresh = new Map(
    open
      .filter(({ row }) => known.get(row) === undefined)
      .map(({ row, input }) => [row, labels.take(labels.free(input))]),
  );
  return entries.flatMap(({ row, title, converted }): PlannedRow[] => {
    const place = { row, title };
    if (converted.kind === 'refused') return [{ ...place, ...converted }];
    const as = firstOf.get(row);
    if (as !== undefined) return [{ ...place, kind: 'same', as }];
    const { input, inNotes } = converted;
    const existing = known.get(row);
    if (existing !== undefined) {
      const kept = { ...input, label: addToLabel(existing.label, ' (imported)') };
      const canKeep = !labels.has(kept);
      return [{ ...place, kind: 'known', input: labels.take(kept), inNotes, existing, canKeep }];
    }
    const free = fresh.get(row);
    return free === undefined ? [] : [{ ...place, kind: 'new', input: free, inNotes }];
  });
}

/** Entries that differ, under labels that differ; of the others, by row, which one they repeat. */
function toDistinct(entries: readonly Converting[]) {
  const rows = new Map<string, number>();
  const firstOf = new Map<number, number>();
  const distinct: { readonly row: number; readonly input: CredentialInput }[] = [];
  const labels = createLabels([]);
  for (const { row, converted } of entries) {
    if (converted.kind === 'refused') continue;
    const content = JSON.stringify(converted.input);
    const first = rows.get(content);
    if (first !== undefined) {
      firstOf.set(row, first);
      continue;
    }
    rows.set(content, row);
    distinct.push({ row, input: labels.take(labels.free(converted.input)) });
  }
  return { firstOf, distinct };
}
