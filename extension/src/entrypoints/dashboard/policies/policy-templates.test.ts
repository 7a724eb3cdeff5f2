import { expect, test } from 'vitest';
import { toPolicy } from './policy-draft.ts';
import { templateIds, toTemplateDraft } from './policy-templates.ts';

const place = { timeZone: 'Europe/London', address: '203.0.113.7' };

test.each(templateIds)('%s can be saved as it is', (id) => {
  expect(toPolicy(toTemplateDraft(id, place))).toMatchObject({ ok: true });
});

test('hours are those of the browser, the network the one that was last seen', () => {
  expect(toTemplateDraft('office_hours', place).rules[0]).toMatchObject({ timeZone: 'Europe/London' });
  expect(toTemplateDraft('this_network', place).rules[0]).toMatchObject({ ranges: { entries: ['203.0.113.7'] } });
  const unknown = toPolicy(toTemplateDraft('this_network', { ...place, address: null }));
  expect(unknown).toMatchObject({ ok: false, errors: { '0.ranges': 'At least one is needed.' } });
});
