// Taking events out of the log: all that pass a filter up to the moment of asking. The log knows of an export before the
// first byte of it leaves.

import { AppError } from '@keytrail/shared/errors';
import type { AuditEvent, EventDraft, EventFilter } from '@keytrail/shared/event';
import type { Context } from '../base/context.ts';
import { append } from './append.ts';
import { type ExportFormat, exportFormats } from './export-format.ts';
import { toExportNote } from './export-note.ts';
import { countFacets } from './facets.ts';
import { listEvents } from './query.ts';
import { toInstant, toMicros } from './window.ts';

export interface Export {
  /** How many events there are: exact, since whatever is recorded from now on is left out. */
  readonly count: number;
  /** Newest first. Throws where the events turn out to be others than were counted, for example after a pruning. */
  readonly pages: AsyncGenerator<AuditEvent[]>;
}

/** Small, so that a million events cost a page of memory, and no transaction outlives a page. */
const pageLimit = 200;

/**
 * Records the export and returns what is to be sent.
 * @param verifyReader called before every further page; throws when the reader may no longer see the log.
 */
export async function startExport(
  ctx: Context,
  owner: { accountId: string; requester: Pick<EventDraft, 'client' | 'clientIp' | 'userAgent'> },
  input: { filter: EventFilter; format: ExportFormat },
  verifyReader: () => Promise<void>,
): Promise<Export> {
  const filter = endAt(input.filter, await findEnd(ctx, owner.accountId));
  const { total, values } = await countFacets(ctx, owner.accountId, filter);
  await append(ctx, owner.accountId, {
    type: 'vault_change',
    action: 'export',
    source: 'direct',
    outcome: 'ok',
    title: 'Log exported',
    count: total,
    note: toExportNote(exportFormats[input.format].name, input.filter, values),
    ...owner.requester,
  });
  return { count: total, pages: readPages(ctx, owner.accountId, filter, total, verifyReader) };
}

async function* readPages(
  ctx: Context,
  accountId: string,
  filter: EventFilter,
  count: number,
  verifyReader: () => Promise<void>,
): AsyncGenerator<AuditEvent[]> {
  let before: string | undefined;
  let found = 0;
  for (;;) {
    const page = await listEvents(ctx.db, accountId, { filter, before, limit: pageLimit });
    found += page.events.length;
    if (page.events.length > 0) yield page.events;
    if (page.before === null) break;
    before = page.before;
    await verifyReader();
  }
  if (found !== count) {
    throw new AppError('internal', { message: `an export of ${count} events found ${found}: the log was changed` });
  }
}

/** Just behind the newest event, which is the moment of asking: recorded-at rises strictly in the order of commit. */
async function findEnd(ctx: Context, accountId: string): Promise<string> {
  const [newest] = (await listEvents(ctx.db, accountId, { filter: {}, limit: 1 })).events;
  return newest === undefined ? new Date(0).toISOString() : toInstant(toMicros(newest.recordedAt) + 1n);
}

function endAt(filter: EventFilter, end: string): EventFilter {
  return filter.to !== undefined && toMicros(filter.to) < toMicros(end) ? filter : { ...filter, to: end };
}
