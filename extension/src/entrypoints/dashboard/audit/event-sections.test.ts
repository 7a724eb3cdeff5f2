import { eventBody } from '@keytrail/shared/event-schema';
import { expect, test } from 'vitest';
import { sections } from './event-sections.ts';

test('the details of an event show every member that it can have, each once', () => {
  const shown: string[] = sections.flatMap(({ fields }) => [...fields]);
  // The title heads the drawer; observed rules stand with their policies; the salt never leaves the server.
  const { salt: _salt, title: _title, observedRules: _rules, ...body } = eventBody.shape;
  expect(shown.toSorted()).toEqual([...Object.keys(body), 'seq', 'recordedAt'].sort());
});
