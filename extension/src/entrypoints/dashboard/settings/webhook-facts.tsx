// The bound webhook at a glance: where it is, whether it answers, what lies where.

import { api } from '../../../lib/query.ts';
import { Button } from '../../../ui/button.tsx';
import { Notice } from '../../../ui/notice.tsx';
import { Pill } from '../../../ui/pill.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { useToast } from '../../../ui/toast.tsx';
import { Detail, Details } from '../detail.tsx';
import { strings } from '../strings.ts';
import { useSubmit } from '../use-submit.ts';
import type { WebhookState } from './webhook-state.ts';

const text = strings.webhookSettings;
const faults: Readonly<Record<string, string>> = text.faults;

interface WebhookFactsProps {
  readonly state: WebhookState;
  readonly bound: NonNullable<WebhookState['bound']>;
  readonly onChange: (state: WebhookState) => void;
}

/** Checking calls it once; what it did instead of answering is said in words. */
export function WebhookFacts({ state, bound, onChange }: WebhookFactsProps) {
  const { pending, failure, submit } = useSubmit();
  const toast = useToast();

  async function check() {
    const answered = await submit(async () => {
      onChange(await api.webhook.check.mutate());
      toast(text.checked);
    });
    if (!answered) onChange(await api.webhook.state.query());
  }

  return (
    <>
      <div className="flex flex-wrap items-start justify-between gap-3">
        <Details>
          <Detail name={text.facts.webhook}>
            <span className="font-mono text-xs break-all">{bound.url}</span>
          </Detail>
          <Detail name={text.facts.since}>
            <RelativeTime at={bound.boundAt} />
          </Detail>
          <Detail name={text.facts.state}>
            <Health bound={bound} />
          </Detail>
          <Detail name={text.facts.vault}>
            {text.counts(state.here.toLocaleString(), state.held.toLocaleString())}
          </Detail>
          <Detail name={text.facts.refresh}>
            {bound.refresh === null ? text.refreshNone : text.refreshWays[bound.refresh]}
          </Detail>
        </Details>
        <Button size="small" pending={pending} onClick={check}>
          {text.check}
        </Button>
      </div>
      {bound.failingSince !== null && (
        <Notice tone="bad">
          {[
            faults[bound.lastFault ?? ''] ?? text.failing,
            ...(state.held > 0 ? [text.faultHint] : []),
            ...(state.move === null ? [] : [text.moveWaits]),
          ].join(' ')}
        </Notice>
      )}
      {bound.failingSince === null && failure !== undefined && <Notice tone="bad">{failure.sentence}</Notice>}
    </>
  );
}

function Health({ bound: { checkedAt, failingSince } }: Pick<WebhookFactsProps, 'bound'>) {
  if (failingSince !== null) {
    return (
      <span className="flex flex-wrap items-center gap-1.5">
        <Pill tone="bad">{text.failing}</Pill>
        <span className="text-mute">
          {text.failingSince} <RelativeTime at={failingSince} />
        </span>
      </span>
    );
  }
  if (checkedAt === null) return <Pill tone="quiet">{text.unknown}</Pill>;
  return (
    <span className="flex flex-wrap items-center gap-1.5">
      <Pill tone="good">{text.answers}</Pill>
      <RelativeTime at={checkedAt} className="text-mute" />
    </span>
  );
}
