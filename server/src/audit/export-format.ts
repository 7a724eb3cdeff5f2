// The forms in which events leave: CSV for spreadsheets, JSON Lines for programs.

import type { AuditEvent } from '@keytrail/shared/event';
import { toCsvHead, toCsvLines } from './event-csv.ts';

export const exportFormats = {
  csv: { name: 'CSV', extension: 'csv', mediaType: 'text/csv; charset=utf-8; header=present' },
  jsonl: { name: 'JSON Lines', extension: 'jsonl', mediaType: 'application/jsonl; charset=utf-8' },
} as const;

export type ExportFormat = keyof typeof exportFormats;

/** Events as text, a line each: no value of an event holds a line break. CSV has one line more, its head. */
export async function* toLines(
  format: ExportFormat,
  pages: AsyncIterable<readonly AuditEvent[]>,
): AsyncGenerator<string> {
  if (format === 'csv') yield toCsvHead();
  for await (const events of pages) yield format === 'csv' ? toCsvLines(events) : toJsonLines(events);
}

function toJsonLines(events: readonly AuditEvent[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join('');
}
