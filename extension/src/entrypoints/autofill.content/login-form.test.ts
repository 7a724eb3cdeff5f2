// @vitest-environment happy-dom
import { beforeEach, describe, expect, test } from 'vitest';
import { clobberingNames, whileClobbered } from './clobber.fixture.ts';
import { eachLoginForm, findLoginForm, type LoginForm } from './login-form.ts';

/** Without layout there is nothing to see; a field counts as visible unless the page marks it. */
const canFill = (field: HTMLInputElement) => !field.hasAttribute('data-unseen');

function findFirst(): LoginForm | null {
  return eachLoginForm(() => undefined, canFill).next().value ?? null;
}

function show(html: string) {
  document.body.innerHTML = html;
  const focused = document.querySelector('[data-focus]');
  if (!(focused instanceof HTMLInputElement)) throw new Error('the page has no focused field');
  const form = findLoginForm(focused, canFill);
  return form === null ? null : [form.username?.name ?? null, form.password.name];
}

beforeEach(() => {
  document.body.innerHTML = '';
});

describe('login forms', () => {
  test.each<[string, string, [string | null, string]]>([
    ['text and password', '<form><input name=u data-focus><input name=p type=password></form>', ['u', 'p']],
    ['from the password', '<form><input name=u><input name=p type=password data-focus></form>', ['u', 'p']],
    ['an e-mail address', '<form><input name=m type=email data-focus><input name=p type=password></form>', ['m', 'p']],
    ['a telephone number', '<form><input name=t type=tel data-focus><input name=p type=password></form>', ['t', 'p']],
    [
      'a company before the name',
      '<form><input name=company><input name=u autocomplete=username data-focus><input name=p type=password></form>',
      ['u', 'p'],
    ],
    [
      'decoys around it',
      '<form><input name=x data-unseen><input name=u data-focus><input name=y type=password data-unseen><input name=p type=password></form>',
      ['u', 'p'],
    ],
    ['without a form', '<div><input name=u data-focus><input name=p type=password></div>', ['u', 'p']],
    [
      'without a form, beside a newsletter form',
      '<form><input name=n type=email></form><div><input name=u data-focus><input name=p type=password></div>',
      ['u', 'p'],
    ],
    [
      'the password alone',
      '<form><input name=p type=password autocomplete=current-password data-focus></form>',
      [null, 'p'],
    ],
    [
      'fields that belong to a form by their attribute',
      '<form id=f></form><input name=u form=f data-focus><input name=p type=password form=f>',
      ['u', 'p'],
    ],
    [
      'a remember-me box and a link to register',
      '<form><input name=u data-focus><input name=p type=password><input type=checkbox><button>Log in</button><a>Register</a></form>',
      ['u', 'p'],
    ],
    [
      'a link to a reset inside the label',
      '<form><input name=u data-focus><label>Password <a>Reset password</a><input name=p type=password></label></form>',
      ['u', 'p'],
    ],
    [
      'a way back to a change of password',
      '<form action="/login?next=/change-password"><input name=u data-focus><input name=p type=password></form>',
      ['u', 'p'],
    ],
    [
      'a neighbouring sign-up whose label points here',
      '<form><input name=u data-focus><input name=p id=p type=password></form><form><label for=p>Create password</label></form>',
      ['u', 'p'],
    ],
    [
      'a new session',
      '<form><input name=u data-focus><input name=create_session_password type=password></form>',
      ['u', 'create_session_password'],
    ],
    [
      'new by its name, current by its token',
      '<form><input name=u data-focus><input name=new_p type=password autocomplete=current-password></form>',
      ['u', 'new_p'],
    ],
  ])('%s', (_name, html, expected) => {
    expect(show(html)).toEqual(expected);
  });
});

describe('no login forms', () => {
  test.each([
    ['a search', '<form role=search><input type=search name=q data-focus></form>'],
    [
      'a search beside a login',
      '<form><input name=q data-focus></form><form><input name=u><input name=p type=password></form>',
    ],
    ['a newsletter', '<form><input name=email type=email data-focus><button>Subscribe</button></form>'],
    [
      'a sign-up with two passwords',
      '<form><input name=u data-focus><input name=p type=password><input name=q type=password></form>',
    ],
    ['a new password', '<form><input name=u data-focus><input name=p type=password autocomplete=new-password></form>'],
    [
      'a sign-up by its button',
      '<form><input name=u data-focus><input name=p type=password><button>Create account</button></form>',
    ],
    ['a sign-up by its address', '<form action=/register><input name=u data-focus><input name=p type=password></form>'],
    [
      'a sign-up by its many fields',
      '<form><input name=first><input name=last><input name=email data-focus><input name=p type=password></form>',
    ],
    ['a one-time code', '<form><input name=otp data-focus autocomplete=one-time-code></form>'],
    ['a masked one-time code', '<form><input name=u><input name=otp_code type=password data-focus></form>'],
    ['a card’s security code', '<form><input name=card><input name=cvc type=password data-focus></form>'],
    [
      'another field of the login form',
      '<form><input name=company data-focus><input name=u><input name=p type=password></form>',
    ],
    [
      'a reset of the password by its address',
      '<form action=/reset-password><input name=p type=password data-focus></form>',
    ],
    ['a change of password by its id', '<form id=changePassword><input name=p type=password data-focus></form>'],
    [
      'a change of password by its button',
      '<form><input name=p type=password data-focus><button>Change password</button></form>',
    ],
    ['a sign-up by its id', '<form id=sign-up><input name=u data-focus><input name=p type=password></form>'],
    ['an invisible password', '<form><input name=u data-focus><input name=p type=password data-unseen></form>'],
    [
      'a text field that only says password',
      '<form><input name=u data-focus><input name=p placeholder=Password></form>',
    ],
  ])('%s', (_name, html) => {
    expect(show(html)).toBeNull();
  });
});

test('a login form says to which other origins it would send', () => {
  document.body.innerHTML = '<form action="https://evil.test/"><input name=u><input name=p type=password></form>';
  expect(findFirst()?.sendsTo).toEqual(['https://evil.test']);
  document.body.innerHTML = '<form action="/session"><input name=u><input name=p type=password></form>';
  expect(findFirst()?.sendsTo).toEqual([]);
});

describe('a form whose fields stand in the way of its members', () => {
  test.each(clobberingNames)('%s', (name) => {
    const field = `<input type=hidden name=${name}>`;
    document.body.innerHTML = `<form action="/sign-in">${field}<input name=u><input name=p type=password></form>`;
    const found = whileClobbered(() => findFirst());
    expect([found?.username?.name, found?.password.name, found?.sendsTo]).toEqual(['u', 'p', []]);
  });

  test.each(clobberingNames)('%s, and it is a sign-up', (name) => {
    const field = `<input type=hidden name=${name}>`;
    document.body.innerHTML = `<form id=sign-up role=form>${field}<input name=u><input name=p type=password></form>`;
    expect(whileClobbered(() => findFirst())).toBeNull();
  });
});

describe('a password box that says it is for a new password', () => {
  test.each([
    ['by its label', '<label>New password <input name=p type=password data-focus></label>'],
    ['by a label that chooses', '<label>Choose a password <input name=p type=password data-focus></label>'],
    ['by a label that repeats', '<label>Repeat password <input name=p type=password data-focus></label>'],
    ['by its name', '<input name=new_password type=password data-focus>'],
    ['by its name in camel case', '<input name=newPassword type=password data-focus>'],
    ['by its id', '<input name=p id=password-confirm type=password data-focus>'],
    ['by its placeholder', '<input name=p placeholder="Create a password" type=password data-focus>'],
    ['by its ARIA label', '<input name=p aria-label="Reset your password" type=password data-focus>'],
  ])('%s', (_name, box) => {
    expect(show(`<form><input name=u>${box}<button>Continue</button></form>`)).toBeNull();
  });
});

test('a fill from the popup finds the first login form of the page', () => {
  document.body.innerHTML =
    '<form><input name=a type=password><input name=b type=password></form><form><input name=u><input name=p type=password></form>';
  expect(findFirst()?.password.name).toBe('p');
});
