import { expect, test } from 'vitest';
import { createLog } from './log.ts';

function logged(...values: [object, string]): string {
  let text = '';
  createLog({ logLevel: 'debug' }, { write: (line) => (text += line) }).error(...values);
  return text;
}

test.each([
  ['at the top', { password: 'sesame' }],
  ['one down', { body: { token: 'sesame' } }],
  ['two down', { request: { headers: { authorization: 'Bearer sesame' } } }],
  ['three down', { a: { b: { c: { secret: 'sesame' } } } }],
  ['all of them', { values: { anything: 'sesame' } }],
  ['with a dash', { headers: { 'set-auth-token': 'sesame' } }],
])('a secret %s is redacted', (_, facts) => {
  const text = logged(facts, 'happened');
  expect(text).toContain('[redacted]');
  expect(text).not.toContain('sesame');
});

test('an error keeps what explains it and loses the parameters that a driver hangs on it', () => {
  const cause = Object.assign(new Error('duplicate key'), { code: '23505', parameters: ['sesame'], detail: 'sesame' });
  const error = Object.assign(new Error('Failed query: insert\nparams: sesame'), { params: ['sesame'], cause });
  const text = logged({ error }, 'failed');
  expect(text).not.toContain('sesame');
  expect(text).toContain('23505');
  expect(text).toContain('Failed query: insert');
});
