// The offer of logins at a field: opened when the person goes there, closed when they leave or have picked.

import { sendMessage } from '../../lib/messages.ts';
import { fillForm } from './fill-form.ts';
import type { FocusListener } from './focus.ts';
import { findLoginForm } from './login-form.ts';
import { type Menu, openMenu } from './menu.ts';

/** What follows the focus. Asks the worker for names once per visit of a field, and again when the person insists. */
export function createOffer(): FocusListener {
  let menu: Menu | null = null;
  let visited: HTMLInputElement | null = null;
  // Counts visits: an answer that belongs to an earlier one comes too late, even for the same field.
  let visit = 0;

  const left = () => {
    menu?.close();
    menu = null;
    visited = null;
    visit += 1;
  };
  const reached = (field: HTMLInputElement, isInvited: boolean) => {
    if (visited === field && (menu?.isOpen() || !isInvited)) {
      menu?.place();
      return;
    }
    left();
    visited = field;
    void open(field, visit);
  };
  const open = async (field: HTMLInputElement, current: number) => {
    const form = findLoginForm(field);
    if (form === null) return;
    const logins = (await sendMessage('page.logins', { sendsTo: form.sendsTo }).catch(() => undefined)) ?? [];
    if (logins.length === 0 || visit !== current) return;
    const opened = openMenu(field, logins, (login) => void pick(opened, login.id));
    menu = opened;
  };
  const pick = async (opened: Menu, credentialId: string) => {
    // The form is read again: what was a login when the menu opened may be something else by now.
    const form = findLoginForm(opened.field);
    if (form === null) return opened.close();
    opened.say('Filling …', false);
    const outcome = await fillForm(form, credentialId).catch(() => undefined);
    if (outcome?.kind === 'refused') return opened.say(outcome.failure.sentence, true);
    opened.close();
    // Back to the password, so that Enter signs in; this visit needs no menu.
    visited = form.password;
    form.password.focus({ preventScroll: true });
  };
  return { reached, left };
}
