import { expect, test } from 'vitest';
import { lacksAsked, toUnasked } from './asked-fields.ts';

const login = ['username', 'password', 'totp'];

test.each([
  { asked: null, left: [], lacks: false },
  { asked: login, left: [], lacks: false },
  { asked: ['password'], left: ['username', 'totp'], lacks: false },
  { asked: ['password', 'AKIA'], left: ['username', 'totp'], lacks: false },
  // Nothing of what was asked for: nothing is granted that the owner does not choose.
  { asked: ['AKIA'], left: login, lacks: true },
  { asked: [], left: login, lacks: true },
])('asked for $asked, a login is granted without $left', ({ asked, left, lacks }) => {
  expect(toUnasked(login, asked)).toEqual(left);
  expect(lacksAsked(login, asked)).toBe(lacks);
});

test('of a credential that is not chosen yet nothing is said', () => {
  expect(lacksAsked([], ['AKIA'])).toBe(false);
});
