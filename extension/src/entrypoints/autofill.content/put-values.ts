// Puts values into fields the way typing does, so that the page's own code notices.

import type { LoginForm } from './login-form.ts';

/**
 * Fills username and password. False when the page did not keep them, or would have cut them short. Of the name it may keep
 * its own way to write it, in small letters say; the password must stay as it is.
 * The caller has checked that both fields can be seen.
 */
export function putLogin(form: LoginForm, values: { username: string; password: string }): boolean {
  const { username, password } = form;
  // All or nothing: a login that was cut short looks right and does not work.
  if (!hasRoom(password, values.password) || (username !== null && !hasRoom(username, values.username))) return false;
  const kept =
    username === null || values.username === '' || isSameName(putValue(username, values.username), values.username);
  return putValue(password, values.password) === values.password && kept;
}

/** Case and spaces aside. */
function isSameName(kept: string, name: string): boolean {
  const toPlain = (text: string) => text.replaceAll(/\s/g, '').toLowerCase();
  return kept !== '' && toPlain(kept) === toPlain(name);
}

/** Returns what the field holds afterwards. */
function putValue(field: HTMLInputElement, value: string): string {
  field.focus({ preventScroll: true });
  // From this world the plain setter reaches past a framework's own, which then sees a change at the event.
  field.value = value;
  field.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
  field.dispatchEvent(new Event('change', { bubbles: true, composed: true }));
  field.blur();
  return field.value;
}

function hasRoom(field: HTMLInputElement, value: string): boolean {
  return field.maxLength < 0 || value.length <= field.maxLength;
}
