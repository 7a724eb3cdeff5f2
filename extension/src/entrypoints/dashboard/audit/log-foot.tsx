// What stands under the last row: more is coming, could not come, or there is no more.

import { isUnfiltered } from '@keytrail/shared/event-match';
import { Button } from '../../../ui/button.tsx';
import { Spinner } from '../../../ui/spinner.tsx';
import { toFullTime } from '../../../ui/time.ts';
import { strings } from '../strings.ts';
import type { AuditEvents } from './use-audit-events.ts';

const text = strings.audit;

/** Says where the log ends, and why there. */
export function LogFoot({ log }: { readonly log: AuditEvents }) {
  return (
    <div className="flex min-h-9 items-center justify-center gap-2 py-1 text-center text-xs text-mute">
      {log.atEnd && !isUnasked(log) ? <p>{toEndWords(log)}</p> : <More log={log} />}
    </div>
  );
}

/** The server answers, but did not when it was asked what lies below. */
function isUnasked({ copyOnly, offline }: AuditEvents): boolean {
  return copyOnly && !offline;
}

function More({ log }: { readonly log: AuditEvents }) {
  if (log.failure !== undefined || log.offline || isUnasked(log)) {
    return (
      <>
        <p>{text.olderFailed}</p>
        <Button size="small" onClick={log.retry}>
          {strings.retry}
        </Button>
      </>
    );
  }
  return (
    <p role="status" className="flex items-center gap-2">
      <Spinner />
      {text.loadingOlder}
    </p>
  );
}

function toEndWords({ offline, events, filter }: AuditEvents): string {
  if (offline) return text.endOffline;
  const oldest = events.at(-1);
  if (oldest === undefined || !isUnfiltered(filter)) return text.end;
  return (oldest.seq === 0 ? text.endSince : text.endPruned)(toFullTime(oldest.recordedAt));
}
