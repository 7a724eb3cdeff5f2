// What the editor begins with: a stored policy, a copy of one, a template, or nothing.

import type { PolicySummary } from '@keytrail/shared/policy';
import { strings } from '../strings.ts';
import type { PoliciesSearch } from './policies-search.ts';
import { type PolicyDraft, toDraft, toFreeName } from './policy-draft.ts';
import { toTemplateDraft } from './policy-templates.ts';
import { toLocalZone } from './time-zones.ts';

/** Undefined where the address names a policy that is not there. New ones get a name that is still free. */
export function toInitialDraft(
  { edit, template, copy }: PoliciesSearch,
  policies: readonly PolicySummary[],
  address: string | null,
): PolicyDraft | undefined {
  const find = (wanted: string | undefined) => policies.find(({ id }) => id === wanted);
  const names = policies.map(({ name }) => name);
  if (edit !== 'new') {
    const stored = find(edit);
    return stored === undefined ? undefined : toDraft(stored);
  }
  if (copy !== undefined) {
    const original = find(copy);
    if (original === undefined) return undefined;
    return { ...toDraft(original), name: toFreeName(strings.policies.copyName(original.name).slice(0, 97), names) };
  }
  const place = { timeZone: toLocalZone(), address };
  const draft = toTemplateDraft(template === 'blank' ? undefined : template, place);
  return { ...draft, name: toFreeName(draft.name, names) };
}
