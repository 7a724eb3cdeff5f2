// The columns of the log. Where its place gets narrow, columns give way to a line under the title.

/** A row of the table is a grid; head and rows share its tracks. */
export const trackClasses =
  'grid grid-cols-[minmax(0,1fr)_5.5rem] @md:grid-cols-[minmax(0,1fr)_8rem_5.5rem] @2xl:grid-cols-[minmax(0,1fr)_8rem_6.5rem_5.5rem] @4xl:grid-cols-[minmax(0,1.5fr)_8rem_5.75rem_6.5rem_8.25rem_minmax(0,1fr)_5rem]';

/** From which width of the table's place a column shows. */
export const shownFrom = {
  service: 'hidden @md:block',
  source: 'hidden @4xl:block',
  client: 'hidden @2xl:block',
  ip: 'hidden @4xl:block',
  reason: 'hidden @4xl:block',
} as const;

/** Every row lies in the table's body by itself, at the place that it is given. */
export const placedClasses = 'absolute inset-x-0 top-0';
