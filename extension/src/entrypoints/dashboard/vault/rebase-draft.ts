// A draft carried over to what somebody else stored meanwhile: what was typed stays, the rest is what is stored.

import type { CredentialSummary } from '@keytrail/shared/credential';
import { strings } from '../strings.ts';
import { type CredentialDraft, type NamedValue, toDraft } from './credential-draft.ts';
import { kindFields } from './kind-fields.ts';

interface Rebased {
  readonly draft: CredentialDraft;
  /** What was typed here, by the names of its fields; with what is stored where that is another by now. */
  readonly own: readonly string[];
}

const textNames = ['service', 'label', 'tags', 'expires', 'notes'] as const;

/** @param base the credential that the draft began with, `latest` the same as it is stored by now. */
export function rebaseDraft(draft: CredentialDraft, base: CredentialSummary, latest: CredentialSummary): Rebased {
  const [from, to] = [toDraft(base), toDraft(latest)];
  const own: string[] = [];
  const take = (label: string, typed = '', before = '', stored = '') => {
    if (typed === before) return stored;
    own.push(stored === before || stored === typed ? label : strings.credentialForm.storedAs(label, stored));
    return typed;
  };
  const [service, label, tags, expires, notes] = textNames.map((name) =>
    take(strings.credentialForm[name], draft[name], from[name], to[name]),
  );
  const values = kindFields[latest.kind].map(({ name, label: fieldLabel }) => [
    name,
    take(fieldLabel, draft.values[name], from.values[name], to.values[name]),
  ]);
  const named = rebaseNamed(draft.named, from.named, to.named);
  if (isOwn(draft.named, from.named)) own.push(strings.credentialForm.values);
  return {
    draft: {
      kind: latest.kind,
      service: service ?? '',
      label: label ?? '',
      tags: tags ?? '',
      expires: expires ?? '',
      notes: notes ?? '',
      values: Object.fromEntries(values),
      named,
      removed: draft.removed.filter((name) => latest.secretFields.includes(name)),
    },
    own,
  };
}

/** Rows that were touched here stay; of the others there are those that are stored. */
function rebaseNamed(
  typed: readonly NamedValue[],
  from: readonly NamedValue[],
  to: readonly NamedValue[],
): readonly NamedValue[] {
  const taken = from.filter(({ name }) => !typed.some((row) => row.name === name)).map(({ name }) => name);
  const touched = typed.filter((row) => row.value !== '' || !from.some(({ name }) => name === row.name));
  const untouched = to.filter(({ name }) => !taken.includes(name) && !touched.some((row) => row.name === name));
  return [...untouched, ...touched].map(({ name, value }, key) => ({ key, name, value }));
}

function isOwn(typed: readonly NamedValue[], from: readonly NamedValue[]): boolean {
  const toText = (rows: readonly NamedValue[]) =>
    JSON.stringify(rows.filter(({ name, value }) => name !== '' || value !== '').map((row) => [row.name, row.value]));
  return toText(typed) !== toText(from);
}
