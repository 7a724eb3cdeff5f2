// Puts values into fields the way typing does, so that the page's own code notices.

import type { LoginForm } from './login-form.ts';

/**
 * Fills username and password. False when the page did not keep them, or would have cut them short.
 * The caller has checked that both fields can be seen.
 */
export function putLogin(form: LoginForm, values: { username: string; password: string }): boolean {
  const { username, password } = form;
  // All or nothing: a login that was cut short looks right and does not work.
  if (!hasRoom(password, values.password) || (username !== null && !hasRoom(username, values.username))) return false;
  const kept = username === null || values.username === '' || putValue(username, values.username);
  return putValue(password, values.password) && kept;
}

function putValue(field: HTMLInputElement, value: string): boolean {
  field.focus({ preventScroll: true });
  // From this world the plain setter reaches past a framework's own, which then sees a change at the event.
  field.value = value;
  field.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
  field.dispatchEvent(new Event('change', { bubbles: true, composed: true }));
  field.blur();
  return field.value === value;
}

function hasRoom(field: HTMLInputElement, value: string): boolean {
  return field.maxLength < 0 || value.length <= field.maxLength;
}
