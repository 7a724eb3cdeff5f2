import type { AuditEvent } from '@keytrail/shared/event';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { makeEvent } from '../lib/event.fixture.ts';
import { CardMeta, Trouble } from './card-words.tsx';
import type { Fold } from './fold-events.ts';

const call = { action: 'inject', title: 'GitHub proxy', tool: 'search_issues' } as const;
const answer = { ...call, action: 'result', upstreamStatus: 200 } as const;

/** What the card of one event says, or of several folded into it. */
function draw(...[event, ...older]: [Partial<AuditEvent>, ...Partial<AuditEvent>[]]): string {
  const fold: Fold = [makeEvent(9, event), ...older.map((members, n) => makeEvent(8 - n, members))];
  const place = older.length === 0 ? 'alone' : 'folded';
  const row = { kind: 'event', key: 1, event: fold[0], fold, place } as const;
  return renderToStaticMarkup(
    <>
      <Trouble row={row} />
      <CardMeta row={row} />
    </>,
  );
}

test('a failed copy does not read as copied, and says why in the colour of errors', () => {
  const copy = { type: 'secret_access', action: 'copy' } as const;
  expect(draw(copy)).toContain('copied');
  const failed = draw({ ...copy, outcome: 'failed', note: 'It does not open' });
  expect(failed).toMatch(/text-red.*Failed: It does not open/);
  expect(failed).not.toContain('copied');
});

test('a call and its answer tell what was called and what came back', () => {
  expect(draw(call)).toContain('called search_issues');
  expect(draw(answer)).toContain('search_issues answered 200');
  expect(draw({ ...answer, outcome: 'failed', note: 'The upstream broke off' })).toMatch(
    /text-red.*Failed: The upstream broke off.*search_issues answered 200/,
  );
  expect(draw(answer, call, answer, call)).toContain('called search_issues');
});

test('what the owner’s webhook did is told', () => {
  expect(draw({ action: 'ticket' })).toContain('ticket issued');
  expect(draw({ action: 'deliver' })).toContain('delivered');
});
