import { expect, test } from 'vitest';
import { toBecause } from './refresh-finish.ts';

const refused = { errorClass: 'invalid_grant', code: 'invalid_grant', public: null } as const;

test('the owner is told to do what can be done: consent anew where it is known where, else enter new tokens', () => {
  const here = { afterCutOff: false };
  expect(toBecause(refused, here, true)).toMatch(/: connect the credential again$/);
  expect(toBecause(refused, here, false)).toMatch(/: paste a new refresh token under Edit$/);
  expect(toBecause(refused, { ...here, way: 'mediated' }, true)).toMatch(/go to your webhook$/);
});
