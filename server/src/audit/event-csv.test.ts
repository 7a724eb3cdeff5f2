import type { AuditEvent } from '@keytrail/shared/event';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toCsvHead, toCsvLines } from './event-csv.ts';

const event: AuditEvent = {
  id: '019aa000-0000-7000-8000-000000000001',
  occurredAt: '2026-01-02T03:04:05.678Z',
  recordedAt: '2026-01-02T03:04:05.700001Z',
  seq: 0,
  type: 'agent_access',
  action: 'fetch',
  source: 'agent',
  outcome: 'ok',
  title: 'bot',
};

/** RFC 4180 by the letter, so that the writer is not checked against itself. */
function parseCsv(text: string): string[][] {
  const records: string[][] = [];
  let cells: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  for (const [, quoted, bare, end] of text.matchAll(cell)) {
    cells.push(quoted?.replaceAll('""', '"') ?? bare ?? '');
    if (end === '\r\n') {
      records.push(cells);
      cells = [];
    }
  }
  return records;
}

const names = parseCsv(toCsvHead().slice(1))[0] ?? [];
function readBack(events: AuditEvent[]): Record<string, string>[] {
  return parseCsv(toCsvLines(events)).map((cells) => Object.fromEntries(cells.map((cell, at) => [names[at], cell])));
}

test('the head names every column once, behind a byte order mark, and each line has as many cells', () => {
  expect(toCsvHead().startsWith('\ufeffseq,recordedAt,')).toBe(true);
  expect(new Set(names).size).toBe(names.length);
  expect(parseCsv(toCsvLines([event, event])).map((cells) => cells.length)).toEqual([names.length, names.length]);
});

test('numbers, texts, lists and what is absent', () => {
  const [cells] = readBack([{ ...event, fields: ['username', 'a;b'], title: 'a,"b"', count: 12 }]);
  expect(cells).toMatchObject({ seq: '0', title: 'a,"b"', fields: 'username; a;b', count: '12', service: '' });
});

test('no events, no lines', () => {
  expect(toCsvLines([])).toBe('');
});

describe('no cell becomes a formula', () => {
  test.each(['=', '+', '-', '@', '\uff1d', '\uff0b', '\uff0d', '\uff20'])('%s', (sign) => {
    const wicked = `${sign}HYPERLINK("https://evil.test")`;
    const [cells] = readBack([{ ...event, title: wicked, reason: `ok;${wicked}`, fields: [wicked, wicked] }]);
    expect(cells?.title).toBe(`'${wicked}`);
    expect(cells?.reason).toBe(`ok;'${wicked}`);
    expect(cells?.fields).toBe(`'${wicked};' ${wicked}`);
  });

  test('tab and return, should they ever get into an event', () => {
    expect(readBack([{ ...event, title: '\t=1+1', note: '\r=1+1' }])[0]).toMatchObject({
      title: "'\t=1+1",
      note: "'\r=1+1",
    });
  });
});

test('whatever strangers write comes back whole, save for the quote that disarms it', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1 });
  fc.assert(
    fc.property(text, text, (title, reason) => {
      const [cells] = readBack([{ ...event, title, reason }]);
      for (const [given, read] of [
        [title, cells?.title ?? ''],
        [reason, cells?.reason ?? ''],
      ] as const) {
        expect(/^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/.test(read)).toBe(false);
        expect(read.replaceAll(/(^|;)'/g, '$1')).toBe(given.replaceAll(/(^|;)'/g, '$1'));
      }
    }),
  );
});
