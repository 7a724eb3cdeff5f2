// Is this field part of a plain login form, and which fields belong to it? Reads the page, changes nothing.

import { isFillable } from './fillable.ts';
import { listForeignTargets } from './form-target.ts';
import { findAll, findAllOnPage, findParent, getAttribute, listControls } from './unclobbered.ts';

/** The fields of a login. `username` is null on a form that asks for the password alone. */
export interface LoginForm {
  readonly username: HTMLInputElement | null;
  readonly password: HTMLInputElement;
  /** Other origins than the page's that the form would send to. */
  readonly sendsTo: readonly string[];
}

const usernameTypes = ['text', 'email', 'tel'];
/** A login asks for one name, at most with a company beside it; more names open an account. */
const namesMax = 2;
const codeWords = /\b(otp|totp|2fa|mfa|one.?time|captcha|security.?code|verification|passcode|pin|cvc|cvv|ssn)\b/i;
const searchWords = /\b(search|query|coupon|promo|newsletter|subscribe)\b/i;
const signUpWords = /sign.?up|register|registration|create.{0,12}account|join now|new account/i;
/** Of a password box: the password is being made up, or typed once more. A log-in may well be a new session. */
const newPasswordWords = new RegExp(
  [
    String.raw`\b(new|create)\b(?!.{0,6} (session|log.?in|sign.?in)\b)`,
    String.raw`\bset (a|your|up|password)\b`,
    String.raw`\b(choose|repeat|re.?enter|re.?type|confirm|confirmation|reset|again)\b`,
    String.raw`\b(neues|wiederholen|nouveau|nueva|nuova|nova|confirma[rt]?|confirmer|conferma)\b`,
  ].join('|'),
  'i',
);
const passwordChangeWords =
  /(change|reset|update|set|forgot|forgotten|recover)[\W_]{0,3}(your|my)?[\W_]{0,3}(password|passwd|pwd)/i;
const logInWords = /log.?[io]n|sign.?in|anmelden|connexion|iniciar|accedi|entrar/i;

/**
 * The login form around a field that the person focused, or null. Sign-up, change-password, one-time-code, search and
 * newsletter forms are none. Only fields that a person can see count, so decoys are neither offered nor filled.
 */
export function findLoginForm(field: HTMLInputElement, canFill = isFillable): LoginForm | null {
  const scope = field.form ?? findFormlessScope(field);
  if (scope === null || getAttribute(scope, 'role') === 'search') return null;
  const inputs = inputsOf(scope);
  const passwords = inputs.filter((input) => input.type === 'password' && canFill(input));
  const [password] = passwords;
  // Two visible passwords: a sign-up or a change of password.
  if (password === undefined || passwords.length !== 1 || !isCurrentPassword(password)) return null;
  const names = findNamesBefore(password, inputs, canFill);
  const username = names.find((input) => hasToken(input, 'username')) ?? names[0] ?? null;
  if (field !== username && field !== password) return null;
  if (isSignUp(scope, password, names.length)) return null;
  const sendsTo = password.form === null ? [] : listForeignTargets(password.form, new URL(location.href));
  return { username, password, sendsTo };
}

/** The visible text fields before the password, the nearest first; a few are enough to tell what the form is for. */
function findNamesBefore(
  password: HTMLInputElement,
  inputs: readonly HTMLInputElement[],
  canFill: (field: HTMLInputElement) => boolean,
): HTMLInputElement[] {
  const names: HTMLInputElement[] = [];
  for (let index = inputs.indexOf(password) - 1; index >= 0 && names.length <= namesMax; index--) {
    const input = inputs[index];
    if (input !== undefined && isUsername(input) && canFill(input)) names.push(input);
  }
  return names;
}

/**
 * The login forms of the page in their order, for a fill that was asked for outside of them. Each is read when it is asked for.
 * @param reveal brings a field to where it can be seen before its form is read.
 */
export function* eachLoginForm(
  reveal: (password: HTMLInputElement) => void,
  canFill = isFillable,
): Generator<LoginForm> {
  for (const password of findAllOnPage('input[type=password]').filter(isInput)) {
    reveal(password);
    const form = findLoginForm(password, canFill);
    if (form !== null) yield form;
  }
}

/** Without a form element: the nearest ancestor that holds a password field as well. */
function findFormlessScope(field: HTMLInputElement): Element | null {
  for (let scope = findParent(field); scope !== null; scope = findParent(scope)) {
    if (inputsOf(scope).some((input) => input.type === 'password')) return scope;
  }
  return null;
}

function inputsOf(scope: Element): HTMLInputElement[] {
  if (scope instanceof HTMLFormElement) {
    return listControls(scope).filter(isInput);
  }
  // A neighbouring form is a world of its own.
  return findAll(scope, 'input')
    .filter(isInput)
    .filter((input) => input.form === null);
}

function isInput(element: Element): element is HTMLInputElement {
  return element instanceof HTMLInputElement;
}

function isCurrentPassword(password: HTMLInputElement): boolean {
  if (hasToken(password, 'new-password') || hasToken(password, 'one-time-code')) return false;
  if (hasToken(password, 'current-password')) return true;
  const words = describe(password);
  return !codeWords.test(words) && !newPasswordWords.test(words);
}

function isUsername(input: HTMLInputElement): boolean {
  if (!usernameTypes.includes(input.type) || hasToken(input, 'one-time-code')) return false;
  if (hasToken(input, 'username') || hasToken(input, 'email')) return true;
  const words = describe(input);
  return !codeWords.test(words) && !searchWords.test(words);
}

/** Many text fields before the password, or words that say so, mean that an account is being opened. */
function isSignUp(scope: Element, password: HTMLInputElement, nameCount: number): boolean {
  if (hasToken(password, 'current-password')) return false;
  if (nameCount > namesMax) return true;
  const address = getAttribute(scope, 'action') ?? '';
  const names = `${getAttribute(scope, 'id') ?? ''} ${getAttribute(scope, 'name') ?? ''}`;
  // What follows the path may say where to go after the login.
  if (passwordChangeWords.test(`${names} ${address.replace(/[?#].*/s, '')}`)) return true;
  const words = `${names} ${address} ${submitWords(scope)}`;
  return (signUpWords.test(words) || passwordChangeWords.test(words)) && !logInWords.test(words);
}

function submitWords(scope: Element): string {
  const buttons = findAll(scope, 'button:not([type=button]), input[type=submit]');
  return buttons.map((button) => button.textContent || button.getAttribute('value') || '').join(' ');
}

function hasToken(input: HTMLInputElement, token: string): boolean {
  return (input.getAttribute('autocomplete') ?? '').toLowerCase().split(/\s+/).includes(token);
}

/** What the page says about a field. Word parts are parted, so that `userOTP` and `otp_code` hold the word otp. */
function describe(input: HTMLInputElement): string {
  // Two fields with one id: the label of a neighbouring form then points here, and means its own.
  const labels = [...(input.labels ?? [])].filter((label) => [null, input.form].includes(label.closest('form')));
  const label = labels.map(labelText).join(' ');
  return [input.name, input.id, input.placeholder, input.getAttribute('aria-label') ?? '', label]
    .join(' ')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll(/[_-]/g, ' ');
}

/** A label without its links and buttons: “Reset password” beside the word Password is another way, not the field's name. */
function labelText(label: Element): string {
  const copy = label.cloneNode(true);
  if (!(copy instanceof Element)) return '';
  for (const way of copy.querySelectorAll('a, button')) way.remove();
  return copy.textContent ?? '';
}
