// The content script: offers the page's logins at a login field and fills the one a person picks.
// It runs in the page's process: it knows names, asks for a secret only on a pick, and keeps none.

import { browser } from 'wxt/browser';
import { defineContentScript } from 'wxt/utils/define-content-script';
import type { FillOutcome, FillRequest } from '../../lib/messages.ts';
import { bringIntoView } from './field-sight.ts';
import { fillForm, isUnseen } from './fill-form.ts';
import { followFocus } from './focus.ts';
import { eachLoginForm, findLoginForm, type LoginForm } from './login-form.ts';
import { createOffer } from './offer.ts';
import { findActiveElement } from './unclobbered.ts';

export default defineContentScript({
  matches: ['http://*/*', 'https://*/*'],
  runAt: 'document_end',
  main: (context) => {
    // Sandboxed documents have no origin of their own that a login could belong to.
    if (self.origin === 'null') return;
    followFocus(createOffer(), context.signal);
    const onMessage = (message: unknown, _sender: unknown, reply: (outcome: FillOutcome) => void) => {
      if (!isFillRequest(message)) return false;
      fillFromPopup(message.credentialId).then(reply, () => reply({ kind: 'no_form' }));
      return true;
    };
    browser.runtime.onMessage.addListener(onMessage);
    context.onInvalidated(() => browser.runtime.onMessage.removeListener(onMessage));
  },
});

async function fillFromPopup(credentialId: string): Promise<FillOutcome> {
  const focused = findFocusedForm();
  if (focused !== null) return await fillForm(focused, credentialId);
  const [x, y] = [scrollX, scrollY];
  let outcome: FillOutcome = { kind: 'no_form' };
  for (const form of eachLoginForm(bringIntoView)) {
    outcome = await fillForm(form, credentialId);
    // A form that is only there to be filled unseen is passed over.
    if (!isUnseen(outcome)) return outcome;
  }
  scrollTo({ left: x, top: y, behavior: 'instant' });
  return outcome;
}

function findFocusedForm(): LoginForm | null {
  const activeElement = findActiveElement();
  return activeElement instanceof HTMLInputElement ? findLoginForm(activeElement) : null;
}

function isFillRequest(message: unknown): message is FillRequest {
  if (typeof message !== 'object' || message === null) return false;
  return 'name' in message && message.name === 'worker.fill' && 'credentialId' in message;
}
