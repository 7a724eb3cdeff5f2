// @vitest-environment happy-dom
import { expect, test } from 'vitest';
import { clobberingNames, whileClobbered } from './clobber.fixture.ts';
import { listForeignTargets } from './form-target.ts';

/** @param base relative addresses start there. */
function list(html: string, page: string, base = page): string[] {
  document.head.innerHTML = `<base href="${base}">`;
  document.body.innerHTML = html;
  const form = document.querySelector('form');
  if (form === null) throw new Error('the page has no form');
  return whileClobbered(() => listForeignTargets(form, new URL(page)));
}

test.each([
  ['no action', '<form></form>'],
  ['an empty action', '<form action=""></form>'],
  ['a path', '<form action="/session"></form>'],
  ['the same origin', '<form action="https://shop.test/session"></form>'],
  ['a script', '<form action="javascript:void(0)"></form>'],
  ['the blank page', '<form action="about:blank"></form>'],
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

test.each([
  ['an address that cannot be read', '<form action="https://"></form>'],
  ['an address of a button that cannot be read', '<form><button formaction="https://"></button></form>'],
  ['a program', '<form action="mailto:sam@evil.test"></form>'],
  ['a document in an address', '<form action="data:text/html,x"></form>'],
])('%s is foreign, and belongs to no site', (_name, html) => {
  expect(list(html, 'https://shop.test/login')).toEqual(['null']);
});

test.each(clobberingNames)('a field named %s hides neither the form’s address nor its buttons', (name) => {
  const field = `<input type=hidden name=${name}>`;
  const page = 'https://shop.test/login';
  expect(list(`<form action="https://evil.test/">${field}</form>`, page)).toEqual(['https://evil.test']);
  expect(list(`<form>${field}<button formaction="https://evil.test/"></button></form>`, page)).toEqual([
    'https://evil.test',
  ]);
  expect(list(`<form action="/session">${field}</form>`, page)).toEqual([]);
});

test('what is relative goes where the page’s base leads, an address of blanks as well', () => {
  for (const action of ['session', ' ', '\u00a0', '\u0001']) {
    const form = `<form action="${action}"></form>`;
    expect(list(form, 'https://shop.test/login', 'https://evil.test/')).toEqual(['https://evil.test']);
    expect(list(form, 'https://shop.test/login')).toEqual([]);
  }
  expect(list('<form action=""></form>', 'https://shop.test/login', 'https://evil.test/')).toEqual([]);
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
