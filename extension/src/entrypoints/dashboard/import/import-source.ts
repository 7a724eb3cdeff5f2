// What was chosen to import, read: the table of another program, or an .env file.

import { credentialInput } from '@keytrail/shared/credential';
import { type ColumnRole, findFormat, toRoles } from './csv-formats.ts';
import { toEntry } from './imported-entry.ts';
import type { Converting } from './plan-import.ts';
import { type Csv, type CsvRow, readCsv } from './read-csv.ts';
import { type EnvFile, hasWideGap, readEnv } from './read-env.ts';
import type { FileText } from './read-file.ts';
import { toServiceName } from './service-name.ts';
import { toCredential } from './to-credential.ts';

export interface TableSource {
  readonly kind: 'table';
  readonly fileName: string;
  /** The program, where it is known by its header. */
  readonly program: string | undefined;
  readonly header: readonly string[];
  readonly rows: readonly CsvRow[];
  readonly roles: readonly ColumnRole[];
}

export interface EnvSource {
  readonly kind: 'env';
  readonly fileName: string;
  readonly env: EnvFile;
  readonly service: string;
  readonly label: string;
}

export type ImportSource = TableSource | EnvSource;

export type SourceProblem =
  | Extract<FileText, { kind: 'unreadable' }>['why']
  | Extract<Csv, { kind: 'unreadable' }>['why']
  | 'no_values'
  | 'wide_gaps';

/** The source, or why there is none. */
export function toSource({ name, text, isEnv }: Extract<FileText, { kind: 'text' }>): ImportSource | SourceProblem {
  if (isEnv) return hasWideGap(text) ? 'wide_gaps' : toEnvSource(name, readEnv(text));
  const csv = readCsv(text);
  if (csv.kind === 'unreadable') return csv.why;
  const format = findFormat(csv.header);
  return {
    kind: 'table',
    fileName: name,
    program: format?.name,
    header: csv.header,
    rows: csv.rows,
    roles: toRoles(csv.header, format),
  };
}

/** `.env.production` becomes the service `production`, `shop.env` the service `shop`. */
function toEnvSource(fileName: string, env: EnvFile): EnvSource | SourceProblem {
  if (Object.keys(env.values).length === 0) return 'no_values';
  const service = toServiceName(undefined, fileName.replace(/(^|\.)env(?=\.|$)/i, '').replace(/^\./, '') || 'env');
  return { kind: 'env', fileName, env, service, label: fileName.slice(0, 100) };
}

/** As if the first row were an entry too: some programs write no names of columns. */
export function withoutHeader(source: TableSource): TableSource {
  const first = { number: 1, cells: source.header, isBroken: false };
  const header = source.header.map((_, index) => `Column ${index + 1}`);
  return { ...source, header, rows: [first, ...source.rows] };
}

/** The way back. */
export function withHeader(source: TableSource): TableSource {
  const [first, ...rows] = source.rows;
  return first?.number === 1 ? { ...source, header: first.cells, rows } : source;
}

/** Every entry as the credential that it is to be. */
export function toConverting(source: ImportSource): Converting[] {
  if (source.kind === 'env') return [toEnvEntry(source)];
  return source.rows.map((row) => {
    const entry = toEntry(row, source.header, source.roles);
    return { row: row.number, title: entry.title || entry.urls[0] || entry.username, converted: toCredential(entry) };
  });
}

function toEnvEntry({ env, service, label, fileName }: EnvSource): Converting {
  const parsed = credentialInput.safeParse({ kind: 'fields', service, label, secret: { ...env.values } });
  const place = { row: 1, title: fileName };
  if (parsed.success) return { ...place, converted: { kind: 'credential', input: parsed.data, inNotes: false } };
  const isValue = parsed.error.issues[0]?.path[0] === 'secret';
  return { ...place, converted: { kind: 'refused', why: isValue ? 'too_much' : 'other' } };
}
