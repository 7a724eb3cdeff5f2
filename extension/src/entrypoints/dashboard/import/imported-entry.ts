// One entry of another program, before it is a credential: everything it holds, under its own names.

import type { ColumnRole } from './csv-formats.ts';
import type { CsvRow } from './read-csv.ts';

export interface ImportedEntry {
  /** The row of the file. */
  readonly row: number;
  readonly title: string;
  readonly urls: readonly string[];
  readonly username: string;
  readonly password: string;
  readonly totp: string;
  readonly notes: string;
  readonly tags: readonly string[];
  /** Whatever has no place of its own, by the name it had. */
  readonly extras: readonly { readonly name: string; readonly value: string }[];
  /** Its quotes do not match. */
  readonly isBroken: boolean;
}

/** Reads a row by the roles of its columns. Nothing that it holds is dropped but what has the role `none`. */
export function toEntry(row: CsvRow, header: readonly string[], roles: readonly ColumnRole[]): ImportedEntry {
  const cells = row.cells
    .map((cell, index) => ({
      // A row may be longer than the header.
      name: header[index]?.trim() || `Column ${index + 1}`,
      role: roles[index] ?? ('extra' as const),
      value: cell.replaceAll('\r\n', '\n'),
    }))
    .filter(({ value }) => value.trim() !== '');
  const valuesOf = (role: ColumnRole) => cells.filter((cell) => cell.role === role);
  const [title] = valuesOf('title');
  const [username, ...usernames] = valuesOf('username');
  const [password, ...passwords] = valuesOf('password');
  const [totp, ...totps] = [
    ...valuesOf('totp'),
    // Keeper, among others, keeps it in a column of no fixed name.
    ...valuesOf('extra').filter(({ value }) => isTotpAddress(value)),
  ];
  const others = [...valuesOf('title').slice(1), ...usernames, ...passwords, ...totps, ...valuesOf('extra')];
  return {
    row: row.number,
    title: title?.value.trim() ?? '',
    urls: valuesOf('url').flatMap(({ value }) => splitUrls(value)),
    username: username?.value.trim() ?? '',
    password: password?.value ?? '',
    totp: totp?.value.trim() ?? '',
    notes: valuesOf('notes')
      .map(({ value }) => value)
      .join('\n\n'),
    tags: toTags(valuesOf('folder'), valuesOf('tags')),
    extras: others.filter((cell) => cell !== totp && cell.value !== username?.value),
    isBroken: row.isBroken,
  };
}

function isTotpAddress(value: string): boolean {
  return /^otpauth:\/\//i.test(value.trim());
}

/** Several addresses in a cell: a list in JSON, or set apart. A comma within an address does not end it. */
function splitUrls(text: string): string[] {
  const trimmed = text.trim();
  const listed = trimmed.startsWith('[') ? parseList(trimmed) : null;
  const parts = listed ?? trimmed.split(/[\s,;|]+(?=[a-z][a-z0-9+.-]*:\/\/|[\w-]+(?:\.[\w-]+)+(?:[/:?#\s,;|]|$))/i);
  return parts.map((part) => part.trim()).filter((part) => part !== '' && part !== noteAddress);
}

/** Where LastPass keeps secure notes. */
const noteAddress = 'http://sn';

function parseList(text: string): string[] | null {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : null;
  } catch {
    // Not a list after all: read as it stands.
    return null;
  }
}

type Cells = readonly { readonly value: string }[];

/** A folder is one tag for each of its levels; the root above all of them says nothing. */
function toTags(folders: Cells, tags: Cells): string[] {
  const levels = folders.flatMap(({ value }) => value.split(/[\\/]/));
  const named = tags.flatMap(({ value }) => value.split(/[;,]/));
  const all = [...levels, ...named].map((tag) => tag.trim()).filter((tag) => tag !== '' && tag !== 'Root');
  return [...new Set(all)];
}
