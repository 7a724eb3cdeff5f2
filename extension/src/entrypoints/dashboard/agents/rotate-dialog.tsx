// Gives an agent or a proxy a new key, and says for how long the old one works on.

import { type AgentKeySummary, overlapMinutesMax } from '@keytrail/shared/agent';
import { type FormEvent, useState } from 'react';
import { Button } from '../../../ui/button.tsx';
import { Choice } from '../../../ui/choice.tsx';
import { Dialog, DialogBody, DialogFoot } from '../../../ui/dialog.tsx';
import { Notice } from '../../../ui/notice.tsx';
import { strings as shared } from '../../../ui/strings.ts';
import { toFullTime } from '../../../ui/time.ts';
import { useTicking } from '../../../ui/use-ticking.ts';
import { strings } from '../strings.ts';
import { useSubmit } from '../use-submit.ts';

const text = strings.agents.rotation;

const overlapMinutes = { none: 0, hour: 60, day: 24 * 60, week: overlapMinutesMax } as const;
type Overlap = keyof typeof overlapMinutes;

const overlaps: readonly Overlap[] = ['none', 'hour', 'day', 'week'];

interface RotateDialogProps {
  /** Whose key it is, and which of them work. */
  readonly holder: { readonly name: string; readonly keys: readonly AgentKeySummary[] };
  readonly onClose: () => void;
  /** Makes the new key; what it throws is shown. */
  readonly rotate: (overlapMinutes: number) => Promise<void>;
}

/** Starts with a day: time to bring the new key to where the old one is, and then nothing to remember. */
export function RotateDialog({ holder, onClose, rotate }: RotateDialogProps) {
  const [overlap, setOverlap] = useState<Overlap>('day');
  const { pending, failure, submit } = useSubmit();
  const older = holder.keys.filter(({ endsAt }) => endsAt !== null);
  const isFirst = holder.keys.length === 0;

  async function onSubmit(event: FormEvent) {
    event.preventDefault();
    await submit(() => rotate(overlapMinutes[overlap]));
  }

  return (
    <Dialog
      open
      onClose={onClose}
      title={(isFirst ? text.firstTitle : text.title)(holder.name)}
      description={text.lead}
    >
      <form onSubmit={onSubmit} className="contents">
        <DialogBody>
          {isFirst ? (
            <p className="text-pretty text-mute">{text.firstBody}</p>
          ) : (
            <>
              <Choice
                label={text.overlap}
                value={overlap}
                options={overlaps.map((value) => ({ value, label: text.overlaps[value] }))}
                onChange={setOverlap}
              />
              <p aria-live="polite" className="text-pretty text-mute">
                {overlap === 'none' ? text.atOnce : <Until minutes={overlapMinutes[overlap]} />}
              </p>
            </>
          )}
          {older.length > 0 && (
            <Notice tone="warn">{text.older(older.map(({ hint }) => `…${hint}`).join(', '))}</Notice>
          )}
          {failure !== undefined && <Notice tone="bad">{failure.sentence}</Notice>}
        </DialogBody>
        <DialogFoot>
          <Button onClick={onClose}>{shared.dialog.cancel}</Button>
          <Button type="submit" variant="primary" pending={pending}>
            {isFirst ? text.firstAction : text.action}
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}

/** To the minute, so that a reader is not told something new every second. */
function Until({ minutes }: { readonly minutes: number }) {
  const endMs = useTicking((nowMs) => (Math.floor(nowMs / 60_000) + minutes) * 60_000);
  return text.until(toFullTime(new Date(endMs).toISOString()));
}
