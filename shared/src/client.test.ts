import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { toClientKind } from './client.ts';

const rowsFile = new URL('../../../shared/reference/ua-kinds.json', import.meta.url);
if (!existsSync(rowsFile)) console.warn(`SKIPPED: the user agent rows are not at ${rowsFile.pathname}`);

interface Row {
  userAgent: string | null;
  mcp: boolean;
  kind: 'Browser' | 'CLI' | 'MCP' | 'Python' | 'Node.js' | 'Unknown';
}
const kinds = {
  Browser: 'browser',
  CLI: 'cli',
  MCP: 'mcp_python',
  Python: 'mcp_python',
  'Node.js': 'nodejs',
  Unknown: 'other',
} as const;

test.skipIf(!existsSync(rowsFile))('every known user agent gets its kind', () => {
  const rows = JSON.parse(readFileSync(rowsFile, 'utf8')) as Row[];
  expect(rows.length).toBeGreaterThan(50);
  const wrong = rows.filter((row) => toClientKind(row.userAgent ?? undefined, row.mcp) !== kinds[row.kind]);
  expect(wrong).toEqual([]);
});
