import { describe, expect, test } from 'vitest';
import { browser } from 'wxt/browser';
import { parseMessage, type Sender } from './message-intake.ts';

const credentialId = '01980000-0000-7000-8000-000000000001';
const id = () => browser.runtime.id;
const tab = { id: 7 } as NonNullable<Sender['tab']>; // The intake reads the id alone; a whole tab has twenty members.

const contentScript = (): Sender => ({ id: id(), url: 'https://a.test/', origin: 'https://a.test', frameId: 0, tab });
const popup = (): Sender => ({ id: id(), url: browser.runtime.getURL('/popup.html') });
const dashboardTab = (): Sender => ({ ...popup(), tab });
const otherExtension = (): Sender => ({ ...popup(), id: 'another' });
const lookalikePage = (): Sender => ({
  ...contentScript(),
  url: `https://a.test/${browser.runtime.getURL('/popup.html')}`,
});

const fill = { name: 'page.fill', request: { credentialId, sendsTo: ['https://login.a.test'] } };

const answer = { name: 'approvals.answer', request: { id: credentialId, answer: 'once' } };

describe('who may send what', () => {
  test.each([
    [
      'a content script may ask for its page’s logins',
      { name: 'page.logins', request: { sendsTo: [] } },
      contentScript,
      true,
    ],
    ['a content script may ask for a fill', fill, contentScript, true],
    ['a content script may not copy', { name: 'popup.copy', request: { credentialId } }, contentScript, false],
    [
      'a content script may not fill another tab',
      { name: 'popup.fill', request: { credentialId } },
      contentScript,
      false,
    ],
    ['a content script may not start a sync', { name: 'sync', request: {} }, contentScript, false],
    ['a content script may not answer for the owner', answer, contentScript, false],
    ['a content script may not lock', { name: 'vault.lock', request: {} }, contentScript, false],
    ['a content script may not unlock', { name: 'vault.unlock', request: { password: 'x' } }, contentScript, false],
    ['the popup may answer', answer, popup, true],
    ['an address that holds the popup’s is not the popup', { name: 'sync', request: {} }, lookalikePage, false],
    ['the popup may copy', { name: 'popup.copy', request: { credentialId } }, popup, true],
    ['the dashboard may start a sync', { name: 'sync', request: {} }, dashboardTab, true],
    ['the popup is no page to fill', fill, popup, false],
    ['another extension may nothing', { name: 'sync', request: {} }, otherExtension, false],
  ])('%s', (_name, message, sender, isAllowed) => {
    expect(parseMessage(message, sender()) !== null).toBe(isAllowed);
  });
});

describe('what is malformed is not answered', () => {
  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['a string', 'page.fill'],
    ['an unknown name', { name: 'page.secrets', request: {} }],
    ['a name that every object has', { name: 'constructor', request: {} }],
    ['no request', { name: 'page.fill' }],
    ['no word on where the form sends to', { name: 'page.fill', request: { credentialId } }],
    ['an id that is none', { name: 'page.fill', request: { credentialId: '../1', sendsTo: [] } }],
    ['an id that is no text', { name: 'page.fill', request: { credentialId: { $ne: '' }, sendsTo: [] } }],
    ['an origin of the page’s choice', { name: 'page.fill', request: { ...fill.request, origin: 'https://b.test' } }],
    ['a member beside the request', { ...fill, tabId: 1 }],
    ['a very long id', { name: 'page.fill', request: { credentialId: 'a'.repeat(1_000_000), sendsTo: [] } }],
  ])('%s', (_name, message) => {
    expect(parseMessage(message, contentScript())).toBeNull();
  });
});
