// Events as CSV (RFC 4180): for spreadsheets. Events hold what strangers wrote, so no cell may become a formula.

import type { AuditEvent } from '@keytrail/shared/event';
import { stringify } from 'csv-stringify/sync';

/** Every member of an event, in the order of the columns; a new member does not compile until it has its place. */
const columns: Record<keyof AuditEvent, true> = {
  seq: true,
  recordedAt: true,
  occurredAt: true,
  type: true,
  action: true,
  source: true,
  outcome: true,
  title: true,
  service: true,
  credentialLabel: true,
  credentialId: true,
  fields: true,
  agentName: true,
  agentId: true,
  keyId: true,
  grantId: true,
  proxyName: true,
  proxyId: true,
  tool: true,
  upstreamHost: true,
  upstreamStatus: true,
  durationMs: true,
  bytes: true,
  rule: true,
  decidingPolicyId: true,
  policyName: true,
  policyIds: true,
  observedPolicyIds: true,
  observedRules: true,
  approvalId: true,
  retryAt: true,
  reason: true,
  siteOrigin: true,
  frameOrigin: true,
  client: true,
  clientName: true,
  clientIp: true,
  userAgent: true,
  deviceId: true,
  deviceSeq: true,
  correlationId: true,
  count: true,
  firstSeq: true,
  lastSeq: true,
  errorClass: true,
  note: true,
  id: true,
};

const options = {
  columns: Object.keys(columns),
  record_delimiter: 'windows',
  // RFC 4180 quotes a lone return or newline, too.
  quoted_match: /[\r\n]/,
  // OWASP "CSV injection": a quote before = + - @ tab and return, and before the full-width forms of the first four.
  escape_formulas: true,
  cast: { string: escapeInnerCells, object: (value: object) => escapeInnerCells([value].flat().join('; ')) },
} as const;

/**
 * The line of column names. It begins with a byte order mark: without one Excel reads UTF-8 as its legacy code page,
 * and CSV is the form for spreadsheets; programs take JSON Lines.
 */
export function toCsvHead(): string {
  return stringify([], { ...options, header: true, bom: true });
}

/** One line for each event, in the order given. Lists are joined by `; `. */
export function toCsvLines(events: readonly AuditEvent[]): string {
  return stringify([...events], options);
}

/** Where the list separator is a semicolon, Excel cuts at each, whatever the quotes say; the rest must be no formula. */
function escapeInnerCells(text: string): string {
  return text.replace(/;(?=\s*[=+\-@\uff1d\uff0b\uff0d\uff20])/g, ";'");
}
