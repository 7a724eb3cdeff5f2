// @vitest-environment happy-dom
import { expect, test } from 'vitest';
import { putLogin } from './put-values.ts';

const values = { username: 'Sam Smith@Example.com', password: 'Correct Horse' };

/** Fills a form in which a script makes something of what is typed. Returns whether that counts as kept. */
function put(oninput: { username?: (text: string) => string; password?: (text: string) => string }): boolean {
  document.body.innerHTML = '<form><input name=username><input name=password type=password></form>';
  const [username, password] = document.querySelectorAll('input');
  if (username === undefined || password === undefined) throw new Error('the form has two fields');
  for (const field of [username, password]) {
    const change = field === username ? oninput.username : oninput.password;
    field.addEventListener('input', () => {
      field.value = change?.(field.value) ?? field.value;
    });
  }
  return putLogin({ username, password, sendsTo: [] }, values);
}

test.each<[string, Parameters<typeof put>[0]]>([
  ['as it is', {}],
  ['in small letters', { username: (text) => text.toLowerCase() }],
  ['in capitals', { username: (text) => text.toUpperCase() }],
  ['without spaces', { username: (text) => text.replaceAll(' ', '') }],
  ['with spaces around it', { username: (text) => ` ${text} ` }],
])('a page that keeps the name %s has taken the login', (_name, oninput) => {
  expect(put(oninput)).toBe(true);
});

test.each<[string, Parameters<typeof put>[0]]>([
  ['the name empty', { username: () => '' }],
  ['another name', { username: () => 'eve@example.com' }],
  ['a part of the name', { username: (text) => text.slice(0, 5) }],
  ['the password in small letters', { password: (text) => text.toLowerCase() }],
  ['the password without spaces', { password: (text) => text.replaceAll(' ', '') }],
  ['no password', { password: () => '' }],
])('a page that keeps %s has not', (_name, oninput) => {
  expect(put(oninput)).toBe(false);
});
