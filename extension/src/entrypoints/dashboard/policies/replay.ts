// What a replay found, and its days in words.

import type { AppRouter } from '@keytrail/server/trpc/root';
import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server';

export type Replay = inferRouterOutputs<AppRouter>['policies']['replay'];
export type ReplayInput = inferRouterInputs<AppRouter>['policies']['replay'];

export const replayDays = ['7', '30', '90'] as const;
export type ReplayDays = (typeof replayDays)[number];

export type ReplayDay = Replay['byDay'][number];

const formats = {
  short: new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', timeZone: 'UTC' }),
  full: new Intl.DateTimeFormat(undefined, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  }),
};

/** "3 Nov", or with the weekday and the year. */
export function toDayText(day: string, style: keyof typeof formats): string {
  return formats[style].format(toMs(day));
}

/** A date without a zone is counted as one of UTC, where all days have 24 hours. */
function toMs(day: string): number {
  return Date.parse(`${day}T00:00:00Z`);
}
