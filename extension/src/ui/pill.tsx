// A word about the state of something, in the colour of that state.

import { joinClasses } from './join-classes.ts';

export type PillTone = 'good' | 'warn' | 'bad' | 'quiet';

const tones: Record<PillTone, string> = {
  good: 'bg-green-soft text-green',
  warn: 'bg-amber-soft text-amber',
  bad: 'bg-red-soft text-red',
  quiet: 'bg-sunken text-mute',
};

/** A small rounded label. */
export function Pill({ tone, children }: { readonly tone: PillTone; readonly children: string }) {
  return (
    <span
      className={joinClasses(
        'inline-block shrink-0 rounded-full px-2 text-2xs leading-4.5 font-medium whitespace-nowrap',
        tones[tone],
      )}
    >
      {children}
    </span>
  );
}
