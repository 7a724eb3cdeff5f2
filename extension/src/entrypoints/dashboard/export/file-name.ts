// What an exported file is called.

import type { ExportFormat } from '../../../lib/export-log.ts';

/** Such as `keytrail-audit-2026-11-24.csv`, by the day of the reader's own calendar. */
export function toFileName(format: ExportFormat, at: Date): string {
  const [year, month, day] = [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((part) =>
    String(part).padStart(2, '0'),
  );
  return `keytrail-audit-${year}-${month}-${day}.${format}`;
}
