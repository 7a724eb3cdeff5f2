// What opens under the bell: the alerts by day, newest first.

import { type AlertMute, type AlertSummary, alertKindLabels } from '@keytrail/shared/alert';
import { Link } from '@tanstack/react-router';
import { BellRing, CheckCheck, Settings } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import { toFailure } from '../../../lib/api.ts';
import { Button } from '../../../ui/button.tsx';
import { Empty } from '../../../ui/empty.tsx';
import { Notice } from '../../../ui/notice.tsx';
import { SkeletonRows } from '../../../ui/skeleton.tsx';
import { toDayName } from '../../../ui/time.ts';
import { useToast } from '../../../ui/toast.tsx';
import { useTicking } from '../../../ui/use-ticking.ts';
import { strings } from '../strings.ts';
import { useSubmit } from '../use-submit.ts';
import { toAlertDays } from './alert-days.ts';
import { AlertRow } from './alert-row.tsx';
import { useAlertActions, useAlerts } from './use-alerts.ts';

const text = strings.alerts;

interface AlertPanelProps {
  /** How many are new, of all that there are. */
  readonly unseen: number;
  /** Changes whenever there may be something new. */
  readonly version: number;
  readonly onClose: () => void;
}

/** Head, list, foot. The list scrolls; the head and the foot stay. */
export function AlertPanel({ unseen, version, onClose }: AlertPanelProps) {
  const list = useAlerts(version);
  const actions = useAlertActions();
  const { pending, failure, submit } = useSubmit();
  const toast = useToast();

  async function mute(muted: AlertMute, subject: string) {
    if (!(await submit(() => actions.setMute(muted, true)))) return;
    const kind = alertKindLabels[muted.kind];
    const isOfAll = muted.agentId === null && muted.proxyId === null;
    toast(isOfAll ? text.muted(kind) : text.mutedFor(kind, subject));
  }

  return (
    <>
      <div className="flex items-center justify-between gap-2 border-b border-hairline px-3 py-2">
        <h2 className="text-md font-semibold">{text.title}</h2>
        <Button
          size="small"
          variant="ghost"
          disabled={unseen === 0}
          pending={pending}
          onClick={() => submit(() => actions.markSeen())}
        >
          <CheckCheck aria-hidden />
          {text.markAllSeen}
        </Button>
      </div>
      {failure !== undefined && (
        <Notice tone="bad" className="m-2">
          {failure.sentence}
        </Notice>
      )}
      <AlertList
        list={list}
        onOpen={({ id, seenAt }) => {
          onClose();
          // The log opens in any case; what could not be marked stays new.
          if (seenAt === null) void submit(() => actions.markSeen([id]));
        }}
        onSeen={({ id }) => void submit(() => actions.markSeen([id]))}
        onMute={({ subject }, muted) => void mute(muted, subject)}
      />
      <div className="border-t border-hairline px-3 py-2">
        <Link
          to="/settings"
          onClick={onClose}
          className="inline-flex items-center gap-1.5 rounded-sm text-xs text-mute hover:text-ink"
        >
          <Settings aria-hidden className="size-3.5" />
          {text.settings}
        </Link>
      </div>
    </>
  );
}

interface AlertListProps {
  readonly list: ReturnType<typeof useAlerts>;
  readonly onOpen: (alert: AlertSummary) => void;
  readonly onSeen: (alert: AlertSummary) => void;
  readonly onMute: (alert: AlertSummary, mute: AlertMute) => void;
}

function AlertList({ list: { query, alerts }, onOpen, onSeen, onMute }: AlertListProps) {
  return (
    <div className="min-h-0 flex-1 overflow-y-auto p-1">
      {query.error !== null && (
        <Notice
          tone="bad"
          className="m-1"
          action={
            <Button size="small" pending={query.isFetching} onClick={() => query.refetch()}>
              {strings.retry}
            </Button>
          }
        >
          {toFailure(query.error).sentence}
        </Notice>
      )}
      {query.isPending && query.error === null && <SkeletonRows label={strings.loading} />}
      {alerts?.length === 0 && (
        <Empty icon={BellRing} title={text.noneTitle}>
          {text.noneBody}
        </Empty>
      )}
      {toAlertDays(alerts ?? []).map(({ day, alerts: ofDay }) => (
        <DaySection key={day} at={ofDay[0]?.createdAt}>
          {ofDay.map((alert) => (
            <AlertRow
              key={alert.id}
              alert={alert}
              onOpen={() => onOpen(alert)}
              onSeen={() => onSeen(alert)}
              onMute={(mute) => onMute(alert, mute)}
            />
          ))}
        </DaySection>
      ))}
      {query.hasNextPage && (
        <Button
          size="small"
          variant="ghost"
          className="m-1"
          pending={query.isFetchingNextPage}
          onClick={() => query.fetchNextPage()}
        >
          {text.older}
        </Button>
      )}
    </div>
  );
}

function DaySection({ at = '', children }: { readonly at: string | undefined; readonly children: ReactNode }) {
  const name = useTicking((nowMs) => toDayName(at, nowMs));
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <h3 id={id} className="eyebrow px-2 pt-2 pb-1">
        {name}
      </h3>
      <ul>{children}</ul>
    </section>
  );
}
