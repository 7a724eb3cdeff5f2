// @vitest-environment happy-dom
import { expect, test } from 'vitest';
import { listForeignTargets } from './form-target.ts';

function list(html: string, page: string): string[] {
  document.head.innerHTML = `<base href="${page}">`;
  document.body.innerHTML = html;
  const form = document.querySelector('form');
  if (form === null) throw new Error('the page has no form');
  return listForeignTargets(form, new URL(page));
}

test.each([
  ['no action', '<form></form>'],
  ['an empty action', '<form action=""></form>'],
  ['a path', '<form action="/session"></form>'],
  ['the same origin', '<form action="https://shop.test/session"></form>'],
  ['a script', '<form action="javascript:void(0)"></form>'],
  ['an address that cannot be read', '<form action="https://"></form>'],
  [
    'another form’s button',
    '<form></form><form id=other></form><button form=other formaction="https://evil.test"></button>',
  ],
])('%s is the page’s own', (_name, html) => {
  expect(list(html, 'https://shop.test/login')).toEqual([]);
});

test.each([
  ['another host', '<form action="https://evil.test/session"></form>', 'https://evil.test'],
  ['another host over the page’s scheme', '<form action="//evil.test/session"></form>', 'https://evil.test'],
  ['a host beside it', '<form action="https://login.shop.test/"></form>', 'https://login.shop.test'],
  ['another port', '<form action="https://shop.test:8443/session"></form>', 'https://shop.test:8443'],
  ['the same host in the clear', '<form action="http://shop.test/session"></form>', 'http://shop.test'],
  [
    'another host behind a field named action',
    '<form action="https://evil.test"><input name=action></form>',
    'https://evil.test',
  ],
  [
    'a button to another host',
    '<form><button formaction="https://evil.test/session"></button></form>',
    'https://evil.test',
  ],
  [
    'a button elsewhere on the page',
    '<form id=f></form><input type=submit form=f formaction="https://evil.test/session">',
    'https://evil.test',
  ],
])('%s is foreign', (_name, html, origin) => {
  expect(list(html, 'https://shop.test/login')).toEqual([origin]);
});

test('each of several is named once', () => {
  const buttons = ['https://a.test/1', 'https://a.test/2', 'https://b.test/'].map(
    (to) => `<button formaction="${to}">`,
  );
  expect(list(`<form>${buttons.join('')}</form>`, 'https://shop.test/')).toEqual(['https://a.test', 'https://b.test']);
});

test('a page in the clear may send to its own host over https', () => {
  expect(list('<form action="https://shop.test/session"></form>', 'http://shop.test/login')).toEqual([]);
});
