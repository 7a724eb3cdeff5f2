import { expect, test } from 'vitest';
import { isRedirectUri, isRegistered } from './redirect-uri.ts';

test.each([
  ['https://claude.ai/api/mcp/auth_callback', true],
  ['http://localhost:1234/callback', true],
  ['http://127.0.0.1/', true],
  ['http://[::1]:9/cb', true],
  ['cursor://anysphere.cursor-mcp/oauth/callback', true],
  ['com.example.app:/callback', true],
  ['http://example.com/cb', false],
  ['http://127.0.0.1.evil.test/cb', false],
  ['http://localhost.evil.test/cb', false],
  ['http://localhost@evil.test/cb', false],
  ['https://user:secret@example.com/', false],
  ['https://example.com/#here', false],
  ['javascript:alert(1)', false],
  ['JavaScript:alert(1)', false],
  ['data:text/html,x', false],
  ['file:///etc/passwd', false],
  ['blob:https://example.com/1', false],
  ['/callback', false],
  ['', false],
])('%s as a redirect: %s', (uri, allowed) => expect(isRedirectUri(uri)).toBe(allowed));

test.each([
  ['https://example.com/cb', 'https://example.com/cb', true],
  ['https://example.com/cb', 'https://example.com:444/cb', false],
  ['https://example.com/cb', 'https://example.com/cb/', false],
  ['http://127.0.0.1/cb', 'http://127.0.0.1:51234/cb', true],
  ['http://127.0.0.1:1/cb', 'http://127.0.0.1:2/cb?x=1', false],
  ['http://127.0.0.1:1/cb', 'http://localhost:1/cb', false],
  ['http://127.0.0.1:1/cb', 'http://127.0.0.1:2@evil.test/cb', false],
  ['http://localhost:1/cb', 'no address', false],
  ['cursor://a/cb', 'cursor://b/cb', false],
])('registered with %s, asked with %s: %s', (registered, asked, matches) =>
  expect(isRegistered(asked, [registered])).toBe(matches),
);
