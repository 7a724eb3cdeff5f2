// A sentence that needs to be read: told, warned, refused, done.

import { CircleAlert, CircleCheck, Info, type LucideIcon, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { joinClasses } from './join-classes.ts';

export type NoticeTone = 'info' | 'good' | 'warn' | 'bad';

const tones: Record<NoticeTone, { icon: LucideIcon; classes: string; ink: string }> = {
  info: { icon: Info, classes: 'bg-blue-soft', ink: 'text-blue' },
  good: { icon: CircleCheck, classes: 'bg-green-soft', ink: 'text-green' },
  warn: { icon: TriangleAlert, classes: 'bg-amber-soft', ink: 'text-amber' },
  bad: { icon: CircleAlert, classes: 'bg-red-soft', ink: 'text-red' },
};

interface NoticeProps {
  readonly tone: NoticeTone;
  readonly children: ReactNode;
  /** A button or link at the end. */
  readonly action?: ReactNode;
  readonly className?: string;
}

/** Said aloud when it appears: refusals at once, the rest when the reader pauses. */
export function Notice({ tone, children, action, className }: NoticeProps) {
  const { icon: Icon, classes, ink } = tones[tone];
  return (
    <div
      role={tone === 'bad' ? 'alert' : 'status'}
      className={joinClasses('flex items-start gap-2 rounded-md px-3 py-2 text-sm text-ink', classes, className)}
    >
      <Icon aria-hidden className={joinClasses('mt-0.5 size-4 shrink-0', ink)} />
      <div className="min-w-0 flex-1 self-center text-pretty">{children}</div>
      {action !== undefined && <div className="-my-0.5 shrink-0 self-center">{action}</div>}
    </div>
  );
}
