// An entry of another program as a credential of the vault, or why it cannot be one. Nothing it holds is dropped: what has no
// place of its own goes into the notes.

import { type CredentialInput, credentialInput, fieldName } from '@keytrail/shared/credential';
import { toOrigin } from '@keytrail/shared/site';
import { toOneLine } from '@keytrail/shared/text';
import { totpSeed } from '@keytrail/shared/totp-seed';
import type { ImportedEntry } from './imported-entry.ts';
import { toServiceName } from './service-name.ts';

export type Refusal =
  | 'broken'
  | 'nothing'
  | 'username'
  | 'password'
  | 'notes_too_long'
  | 'too_much'
  | 'notes'
  | 'other';

export type Converted =
  | {
      readonly kind: 'credential';
      readonly input: CredentialInput;
      /** Something of it has no place of its own and stands in the notes. */
      readonly inNotes: boolean;
    }
  | { readonly kind: 'refused'; readonly why: Refusal };

const tagLimits = { length: 50, count: 20 } as const;
const sitesMax = 50;

/** A password makes a login, or a token where there is neither a name nor an address; a seed alone a one-time code; notes and other values alone named values. */
export function toCredential(entry: ImportedEntry): Converted {
  if (entry.isBroken) return { kind: 'refused', why: 'broken' };
  const draft = toDraft(entry);
  if (draft === null) return { kind: 'refused', why: 'nothing' };
  const parsed = credentialInput.safeParse(draft.candidate);
  if (parsed.success) return { kind: 'credential', input: parsed.data, inNotes: draft.inNotes };
  const issue = parsed.error.issues[0];
  return { kind: 'refused', why: toRefusal(issue?.path.map(String) ?? [], issue?.code === 'too_big') };
}

function toDraft(entry: ImportedEntry) {
  const origins = [...new Set(entry.urls.map(toWebOrigin).filter((origin) => origin !== null))];
  const seed = totpSeed.safeParse(entry.totp);
  const hasSeed = entry.totp !== '' && seed.success;
  const tags = entry.tags.map((tag) => toOneLine(tag, tagLimits.length)).filter((tag) => tag !== '');
  const common = {
    service: toServiceName(origins[0], entry.title),
    label: toBaseLabel(entry, origins[0]),
    tags: [...new Set(tags)].slice(0, tagLimits.count),
    expiresAt: null,
  };
  const kind = toKind(entry, hasSeed);
  if (kind === null) return null;
  if (kind === 'fields') {
    return { candidate: { ...common, kind, public: {}, secret: toNamedValues(entry) }, inNotes: false };
  }
  const leftover = [
    ...(entry.totp !== '' && !hasSeed ? [`One-time code seed: ${entry.totp}`] : []),
    ...entry.urls
      .filter((url) => kind !== 'login' || !origins.slice(0, sitesMax).includes(toWebOrigin(url) ?? ''))
      .map((url) => `Address: ${url}`),
    ...(tags.length > tagLimits.count || entry.tags.some((tag) => tag.length > tagLimits.length)
      ? [`Tags: ${entry.tags.join(', ')}`]
      : []),
    ...entry.extras.map(({ name, value }) => (value.includes('\n') ? `${name}:\n${value}` : `${name}: ${value}`)),
  ];
  const notes = [entry.notes, leftover.join('\n')].filter((part) => part !== '').join('\n\n');
  const rest = { ...common, ...(notes === '' ? {} : { notes }) };
  return { candidate: { ...rest, ...toKindParts(kind, entry, origins, hasSeed) }, inNotes: leftover.length > 0 };
}

function toKind({ password, username, urls, notes, extras }: ImportedEntry, hasSeed: boolean) {
  if (password !== '') return username === '' && urls.length === 0 && !hasSeed ? 'token' : 'login';
  if (hasSeed) return 'totp';
  return notes === '' && extras.length === 0 ? null : 'fields';
}

function toKindParts(
  kind: 'login' | 'token' | 'totp',
  entry: ImportedEntry,
  origins: readonly string[],
  hasSeed: boolean,
) {
  const { username, password, totp } = entry;
  switch (kind) {
    case 'login': {
      const secret = { password, ...(hasSeed ? { totp } : {}) };
      return { kind, public: { username, sites: origins.slice(0, sitesMax) }, secret };
    }
    case 'token':
      return { kind, public: {}, secret: { value: password } };
    case 'totp':
      return { kind, public: { username }, secret: { seed: totp } };
  }
}

/** Addresses of the web only: `androidapp://` and the like are no place for autofill. */
function toWebOrigin(url: string): string | null {
  const origin = toOrigin(url);
  // A word alone, such as "intranet", is a host only where a scheme says so.
  return origin !== null && (/^https?:\/\//i.test(url) || new URL(origin).hostname.includes('.')) ? origin : null;
}

/** The entry’s own title unless it only repeats where it is for: several accounts of one site share that. */
function toBaseLabel({ title, username }: ImportedEntry, origin: string | undefined): string {
  const host = origin === undefined ? '' : new URL(origin).hostname.replace(/^www\./, '');
  const isHost =
    title
      .replace(/^https?:\/\//, '')
      .replace(/^www\./, '')
      .replace(/\/$/, '') === host;
  const candidates = isHost ? [username, title] : [title, username];
  const label = candidates.map((text) => toOneLine(text, 100)).find((text) => text !== '');
  return label ?? (host || 'Imported');
}

/** `notes` are a member of their own, and `__proto__` would vanish without a word. */
const reserved = new Set(['notes', '__proto__']);

/** Every value under a name of its own: a note as `note`, a card number as `cardnumber`. */
function toNamedValues({ notes, username, urls, totp, extras }: ImportedEntry): Record<string, string> {
  const values: Record<string, string> = {};
  const add = (name: string, value: string) => {
    if (value === '') return;
    const plain = name.trim().replace(/[^A-Za-z0-9_.-]+/g, '_');
    const base = fieldName.safeParse(plain).success && !reserved.has(plain) ? plain : `field_${plain}`.slice(0, 90);
    let free = base;
    for (let count = 2; Object.hasOwn(values, free); count++) free = `${base}_${count}`;
    values[free] = value;
  };
  add('note', notes);
  add('username', username);
  add('url', urls.join('\n'));
  add('totp', totp);
  for (const { name, value } of extras) add(name, value);
  return values;
}

function toRefusal([place, name]: readonly string[], isTooBig: boolean): Refusal {
  if (place === 'public' && name === 'username') return 'username';
  if (place === 'notes') return isTooBig ? 'notes_too_long' : 'notes';
  if (place === 'secret') return isTooBig ? 'too_much' : 'password';
  return 'other';
}
