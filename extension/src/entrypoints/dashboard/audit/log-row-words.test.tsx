import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, test } from 'vitest';
import { makeEvent } from '../../../lib/event.fixture.ts';
import { NarrowMeta, Reason } from './log-row-words.tsx';

type Members = Parameters<typeof makeEvent>[1];

/** What a row by itself says in its column, and in a narrow place. */
function draw(members: Members): [wide: string, narrow: string] {
  const event = makeEvent(1, members);
  const row = { kind: 'event', key: 1, event, fold: [event], place: 'alone' } as const;
  return [renderToStaticMarkup(<Reason row={row} />), renderToStaticMarkup(<NarrowMeta row={row} client={null} />)];
}

describe('in its column and in a narrow place', () => {
  test('a failure is said in the colour of errors, with its reason', () => {
    for (const drawn of draw({ outcome: 'failed', note: 'The caller left' })) {
      expect(drawn).toMatch(/text-red.*Failed: The caller left/);
    }
  });

  test('a refusal keeps its words and its code', () => {
    for (const drawn of draw({ outcome: 'denied', rule: 'grant_expired' })) {
      expect(drawn).toMatch(/text-red.*The grant has expired.*grant_expired/);
      expect(drawn).not.toContain('Failed');
    }
  });

  test('what succeeded is in no such colour, whatever its note says', () => {
    for (const drawn of draw({ note: 'Delivered by the owner’s webhook' })) expect(drawn).not.toContain('text-red');
  });
});
