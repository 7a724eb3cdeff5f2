// Since when things stand where they stand. What has just slid under the pointer, or come up there, was not aimed at.

/** For how long a thing has to have stood in its place before a press on it is meant for it. */
const steadyAfterMs = 700;
/** What rounding alone can do. */
const movedMinPx = 2;

export interface Point {
  readonly x: number;
  readonly y: number;
}

interface Place extends Point {
  readonly sinceMs: number;
}

export type Places<Thing> = ReadonlyMap<Thing, Place>;

/** The places after a change: what is new or has moved stands there since now. */
export function notePlaces<Thing>(known: Places<Thing>, seen: ReadonlyMap<Thing, Point>, nowMs: number): Places<Thing> {
  return new Map(
    [...seen].map(([thing, point]) => {
      const place = known.get(thing);
      // The place that it had stays, so that many small steps are a move as well.
      return [thing, place !== undefined && isNear(place, point) ? place : { ...point, sinceMs: nowMs }];
    }),
  );
}

/** The places after a person has scrolled: they follow with their eyes what they move themselves. */
export function followScroll<Thing>(known: Places<Thing>, seen: ReadonlyMap<Thing, Point>): Places<Thing> {
  return new Map([...known].map(([thing, place]) => [thing, { ...place, ...seen.get(thing) }]));
}

/** Whether a press was meant for a thing; not where its place is unknown. */
export function isSteady<Thing>(known: Places<Thing>, thing: Thing, pressedAtMs: number): boolean {
  const place = known.get(thing);
  return place !== undefined && pressedAtMs - place.sinceMs >= steadyAfterMs;
}

function isNear(before: Point, now: Point): boolean {
  return Math.abs(before.x - now.x) < movedMinPx && Math.abs(before.y - now.y) < movedMinPx;
}
