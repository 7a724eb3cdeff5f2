// An access that nothing forbids and that fails all the same: recorded with why, before anybody is told.

import { AppError, errorFaces } from '@keytrail/shared/errors';
import type { EventDraft } from '@keytrail/shared/event';
import { recordDenial } from '../audit/record-denial.ts';
import type { Context } from '../base/context.ts';

/** Records what the draft describes as failed, then throws the error. */
export async function fail(
  ctx: Context,
  accountId: string,
  draft: Omit<EventDraft, 'outcome' | 'note'>,
  error: unknown,
): Promise<never> {
  await recordDenial(ctx, accountId, { ...draft, outcome: 'failed', note: toNote(draft, error) });
  throw error;
}

function toNote({ source }: Pick<EventDraft, 'source'>, error: unknown): string {
  if (!(error instanceof AppError)) return 'The stored secret could not be read';
  // To an agent the error repeats what it made up; the code's own sentence is what all alike failures have in common.
  return source === 'agent' ? errorFaces[error.code].sentence : error.public;
}
