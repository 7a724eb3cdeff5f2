// A CSV file as rows of text, with what is wrong with it in words.

import Papa from 'papaparse';

/** What one import takes. */
export const importLimits = { bytesMax: 5 * 1024 * 1024, rowsMax: 5000 } as const;

export interface CsvRow {
  /** Counted as a spreadsheet does: the header is 1. */
  readonly number: number;
  readonly cells: readonly string[];
  /** Its quotes do not match: nobody knows where its cells end. */
  readonly isBroken: boolean;
}

export type Csv =
  | { readonly kind: 'table'; readonly header: readonly string[]; readonly rows: readonly CsvRow[] }
  | { readonly kind: 'unreadable'; readonly why: 'empty' | 'too_many_rows' | 'no_columns' };

/** Reads text that is attacker-controlled: of any shape, from anywhere. Commas, semicolons and tabs are told apart by use. */
export function readCsv(text: string): Csv {
  const { data, errors } = Papa.parse<string[]>(text, { delimitersToGuess: [',', ';', '\t'], skipEmptyLines: false });
  const broken = new Set(errors.filter(({ type }) => type === 'Quotes').map(({ row }) => row));
  const filled = data
    .map((cells, index): CsvRow => ({ number: index + 1, cells, isBroken: broken.has(index) }))
    .filter(({ cells }) => cells.some((cell) => cell.trim() !== ''));
  const [header, ...rows] = filled;
  if (header === undefined || rows.length === 0) return { kind: 'unreadable', why: 'empty' };
  if (rows.length > importLimits.rowsMax) return { kind: 'unreadable', why: 'too_many_rows' };
  if (header.cells.length < 2) return { kind: 'unreadable', why: 'no_columns' };
  return { kind: 'table', header: header.cells, rows };
}
