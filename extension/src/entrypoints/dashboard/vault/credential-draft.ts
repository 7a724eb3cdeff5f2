// The credential form's state, and its way to and from what the server takes.

import {
  type CredentialInput,
  type CredentialKind,
  type CredentialSummary,
  credentialInput,
  secretStandIn,
} from '@keytrail/shared/credential';
import type { z } from 'zod';
import { fromLocalField, toLocalField } from '../../../ui/date-range.ts';
import { strings } from '../strings.ts';
import { type KindField, kindFields } from './kind-fields.ts';

export interface NamedValue {
  /** Tells rows apart while their names change. */
  readonly key: number;
  readonly name: string;
  readonly value: string;
}

/** All of it text, as typed. */
export interface CredentialDraft {
  readonly kind: CredentialKind;
  readonly service: string;
  readonly label: string;
  readonly tags: string;
  /** As a `datetime-local` field holds it. */
  readonly expires: string;
  readonly notes: string;
  /** The kind's own fields by name. */
  readonly values: Readonly<Record<string, string>>;
  /** The rows of the kind `fields`. */
  readonly named: readonly NamedValue[];
  /** Stored secrets that the person wants gone. */
  readonly removed: readonly string[];
}

/** Sentences by place: `service`, `label`, a field's name, or `named.<key>`. */
export type DraftErrors = Readonly<Record<string, string>>;

/** The edit as `credentials.update` takes it. */
export interface CredentialChange {
  readonly id: string;
  readonly version: number;
  readonly service: string;
  readonly label: string;
  readonly tags: string[];
  readonly expiresAt: string | null;
  readonly public: CredentialInput['public'];
  readonly notes?: string | null;
  readonly secret?: Record<string, string | null>;
}

/** An empty form. */
export function emptyDraft(kind: CredentialKind): CredentialDraft {
  const named = [{ key: 0, name: '', value: '' }];
  return { kind, service: '', label: '', tags: '', expires: '', notes: '', values: {}, named, removed: [] };
}

/** The form of a stored credential. Its secrets stay where they are: their fields are empty. */
export function toDraft(credential: CredentialSummary): CredentialDraft {
  const stored: Readonly<Record<string, unknown>> = { ...credential.public };
  const values = kindFields[credential.kind]
    .filter((field) => field.place === 'public')
    .map((field) => [field.name, toText(field, stored[field.name])]);
  return {
    ...emptyDraft(credential.kind),
    service: credential.service,
    label: credential.label,
    tags: credential.tags.join(', '),
    expires: toLocalField(credential.expiresAt ?? undefined),
    values: Object.fromEntries(values),
    named: namedFields(credential).map((name, key) => ({ key, name, value: '' })),
  };
}

/** Whether nothing was typed, chosen or taken away between the two; the kind alone loses nothing. */
export function isSameDraft(left: CredentialDraft, right: CredentialDraft): boolean {
  return JSON.stringify(toTyped(left)) === JSON.stringify(toTyped(right));
}

/** What a person put in, whichever way they came to it: emptied is as never filled. */
function toTyped({ kind: _chosen, values, named, removed, ...texts }: CredentialDraft) {
  return {
    ...texts,
    values: Object.entries(values)
      .filter(([, value]) => value !== '')
      .sort(([left], [right]) => left.localeCompare(right)),
    named: named.filter(({ name, value }) => name !== '' || value !== '').map(({ name, value }) => [name, value]),
    removed: [...removed].sort(),
  };
}

/** The names of the values that a stored credential of the kind `fields` holds. */
function namedFields({ kind, secretFields }: CredentialSummary): string[] {
  return kind === 'fields' ? secretFields.filter((name) => name !== 'notes') : [];
}

function toText(field: KindField, value: unknown): string {
  if (field.control === 'lines') return Array.isArray(value) ? value.join('\n') : '';
  if (typeof value !== 'string') return '';
  return field.control === 'instant' ? toLocalField(value) : value;
}

type Outcome<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly errors: DraftErrors };

/** A new credential, or what is wrong with the form. */
export function toInput(draft: CredentialDraft): Outcome<CredentialInput> {
  return validate(draft, []);
}

/** A change to a stored credential, or what is wrong with the form. Secrets left empty are not part of it. */
export function toChange(draft: CredentialDraft, credential: CredentialSummary): Outcome<CredentialChange> {
  const kept = credential.secretFields.filter((name) => !draft.removed.includes(name));
  const outcome = validate(draft, kept);
  if (!outcome.ok) return outcome;
  const typed = typedSecrets(draft);
  const gone =
    draft.kind === 'fields' ? namedFields(credential).filter((name) => !hasNamed(draft, name)) : draft.removed;
  const secret = {
    ...typed,
    ...Object.fromEntries(gone.filter((name) => name !== 'notes' && !(name in typed)).map((name) => [name, null])),
  };
  const { service, label, tags, expiresAt } = outcome.value;
  return {
    ok: true,
    value: {
      id: credential.id,
      version: credential.version,
      service,
      label,
      tags,
      expiresAt,
      public: { ...toHidden(credential), ...outcome.value.public },
      ...(draft.notes !== '' ? { notes: draft.notes } : draft.removed.includes('notes') ? { notes: null } : {}),
      ...(Object.keys(secret).length > 0 ? { secret } : {}),
    },
  };
}

/** Readable members that the form does not ask for: they stay as they are. */
function toHidden({ kind, public: stored }: CredentialSummary): Record<string, unknown> {
  const asked = kindFields[kind].map(({ name }) => name);
  return Object.fromEntries(Object.entries(stored).filter(([name]) => !asked.includes(name)));
}

function hasNamed(draft: CredentialDraft, name: string): boolean {
  return draft.named.some((row) => row.name.trim() === name);
}

function validate(draft: CredentialDraft, kept: readonly string[]): Outcome<CredentialInput> {
  const wrongRows = findNamedErrors(draft, kept);
  if (Object.keys(wrongRows).length > 0) return { ok: false, errors: wrongRows };
  const stored = kept.filter((name) => name !== 'notes' && (draft.kind !== 'fields' || hasNamed(draft, name)));
  const parsed = credentialInput.safeParse({
    kind: draft.kind,
    service: draft.service,
    label: toLabel(draft),
    tags: splitList(draft.tags, ','),
    expiresAt: fromLocalField(draft.expires) ?? null,
    ...(draft.notes === '' ? {} : { notes: draft.notes }),
    public: typedPublic(draft),
    secret: { ...Object.fromEntries(stored.map((name) => [name, secretStandIn])), ...typedSecrets(draft) },
  });
  if (parsed.success) return { ok: true, value: parsed.data };
  return { ok: false, errors: toErrors(draft, parsed.error.issues) };
}

/** A label that was left empty is the username, else the service. */
function toLabel({ label, values, service }: CredentialDraft): string {
  return [label, values.username, service].map((text) => text?.trim()).find((text) => text) ?? '';
}

function typedPublic(draft: CredentialDraft): Record<string, unknown> {
  const members = kindFields[draft.kind]
    .filter((field) => field.place === 'public')
    .map((field): [string, unknown] => [field.name, fromText(field, draft.values[field.name] ?? '')]);
  return Object.fromEntries(members.filter(([, value]) => value !== undefined));
}

function fromText(field: KindField, text: string): unknown {
  if (field.control === 'lines') return splitList(text, '\n');
  if (field.control === 'instant') return fromLocalField(text) ?? null;
  if (field.name === 'username') return text.trim();
  return text.trim() === '' ? undefined : text.trim();
}

function typedSecrets(draft: CredentialDraft): Record<string, string> {
  if (draft.kind === 'fields') {
    const rows = draft.named.filter(({ name, value }) => name.trim() !== '' && value !== '');
    return Object.fromEntries(rows.map(({ name, value }) => [name.trim(), value]));
  }
  const typed = kindFields[draft.kind]
    .filter((field) => field.place === 'secret')
    .map((field): [string, string] => [field.name, draft.values[field.name] ?? '']);
  return Object.fromEntries(typed.filter(([, value]) => value !== ''));
}

function splitList(text: string, separator: ',' | '\n'): string[] {
  return text
    .split(separator)
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** What is wrong with the rows themselves: half of a pair, or a name that is there twice. */
function findNamedErrors({ kind, named }: CredentialDraft, stored: readonly string[]): DraftErrors {
  if (kind !== 'fields') return {};
  const names = named.map(({ name }) => name.trim());
  const wrong = named.flatMap((row, index): [string, string][] => {
    const name = names[index] ?? '';
    const place = `named.${row.key}`;
    if (name !== '' && names.indexOf(name) !== index) return [[place, strings.credentialForm.duplicate]];
    if (name === '' && row.value !== '') return [[place, strings.credentialForm.nameMissing]];
    if (name !== '' && row.value === '' && !stored.includes(name))
      return [[place, strings.credentialForm.valueMissing]];
    return [];
  });
  return Object.fromEntries(wrong);
}

/** Puts each complaint at the control that can mend it. */
function toErrors(draft: CredentialDraft, issues: readonly z.core.$ZodIssue[]): DraftErrors {
  const errors: Record<string, string> = {};
  for (const issue of issues) {
    const [member, name] = issue.path.map(String);
    // An empty label is made from the service: only the service is wrong.
    if (member === 'label' && toLabel(draft) === '') continue;
    const place = member === 'public' || member === 'secret' ? toPlace(draft, name) : (member ?? 'form');
    errors[place] ??= toSentence(draft, place, issue);
  }
  return errors;
}

function toPlace(draft: CredentialDraft, name: string | undefined): string {
  if (draft.kind !== 'fields') return name ?? 'form';
  const row = draft.named.find((candidate) => candidate.name.trim() === name);
  return row === undefined ? 'form' : `named.${row.key}`;
}

function toSentence(draft: CredentialDraft, place: string, issue: z.core.$ZodIssue): string {
  const typed: Readonly<Record<string, string>> = { ...draft.values, service: draft.service };
  const isField = kindFields[draft.kind].some((field) => field.name === place);
  if ((place in typed || isField) && (typed[place] ?? '').trim() === '') return strings.credentialForm.required;
  if (issue.code === 'too_big') return strings.credentialForm.tooLong(Number(issue.maximum));
  // The rules of `shared` speak as parts of a sentence, such as "must be one line".
  if (issue.code === 'custom' || issue.code === 'invalid_format') return toWholeSentence(issue.message);
  return strings.credentialForm.invalid;
}

function toWholeSentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;
}
