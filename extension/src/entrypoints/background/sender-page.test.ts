import { describe, expect, test } from 'vitest';
import type { Sender } from '../../lib/message-intake.ts';
import { toSenderPage } from './sender-page.ts';

const tab = { id: 7 } as NonNullable<Sender['tab']>; // Only the id is read; a whole tab has twenty members.
const page: Sender = { id: 'self', url: 'https://a.test/login?x#y', origin: 'https://a.test', frameId: 0, tab };

describe('toSenderPage', () => {
  test('a page shown in a tab has its own origin', () => {
    expect(toSenderPage(page)).toEqual({ tabId: 7, origin: 'https://a.test' });
  });

  test('the port belongs to the origin', () => {
    const onPort = { ...page, url: 'http://a.test:8080/', origin: 'http://a.test:8080' };
    expect(toSenderPage(onPort)?.origin).toBe('http://a.test:8080');
  });

  test.each<[string, Sender]>([
    ['a frame', { ...page, frameId: 3 }],
    ['a sender without a tab', { id: 'self', url: 'https://a.test/', origin: 'https://a.test', frameId: 0 }],
    ['a sandboxed page', { ...page, origin: 'null' }],
    ['an address of another origin', { ...page, url: 'https://b.test/' }],
    ['a blank page that inherited an origin', { ...page, url: 'about:blank' }],
    ['a file', { ...page, url: 'file:///tmp/login.html', origin: 'file://' }],
    ['a data address', { ...page, url: 'data:text/html,x', origin: 'null' }],
    ['a page of an extension', { ...page, url: 'chrome-extension://x/a.html', origin: 'chrome-extension://x' }],
    ['a prerendered page', { ...page, documentLifecycle: 'prerender' }],
    ['no address', { id: 'self', tab, frameId: 0, origin: 'https://a.test' }],
    ['no origin', { id: 'self', tab, frameId: 0, url: 'https://a.test/' }],
  ])('%s gets nothing', (_name, sender) => {
    expect(toSenderPage(sender)).toBeNull();
  });
});
