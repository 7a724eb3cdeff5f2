// @vitest-environment happy-dom
import { expect, test } from 'vitest';
import { leavesHost } from './form-target.ts';

function leaves(html: string, page: string): boolean {
  document.head.innerHTML = `<base href="${page}">`;
  document.body.innerHTML = html;
  const form = document.querySelector('form');
  if (form === null) throw new Error('the page has no form');
  return leavesHost(form, new URL(page));
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
])('%s stays on the page’s host', (_name, html) => {
  expect(leaves(html, 'https://shop.test/login')).toBe(false);
});

test.each([
  ['another host', '<form action="https://evil.test/session"></form>'],
  ['another host over the page’s scheme', '<form action="//evil.test/session"></form>'],
  ['another port', '<form action="https://shop.test:8443/session"></form>'],
  ['the same host in the clear', '<form action="http://shop.test/session"></form>'],
  ['another host behind a field named action', '<form action="https://evil.test"><input name=action></form>'],
  ['a button to another host', '<form><button formaction="https://evil.test/session"></button></form>'],
  [
    'a button elsewhere on the page',
    '<form id=f></form><input type=submit form=f formaction="https://evil.test/session">',
  ],
])('%s leaves the page’s host', (_name, html) => {
  expect(leaves(html, 'https://shop.test/login')).toBe(true);
});

test('a page in the clear may send to its own host over https', () => {
  expect(leaves('<form action="https://shop.test/session"></form>', 'http://shop.test/login')).toBe(false);
});
