// One fill of one form: asked for by the person, answered by the worker, put into fields that are still the same.

import { type FillOutcome, sendMessage } from '../../lib/messages.ts';
import { isSeen } from './field-sight.ts';
import { isFillable } from './fillable.ts';
import { listForeignTargets } from './form-target.ts';
import type { LoginForm } from './login-form.ts';
import { putLogin } from './put-values.ts';

/**
 * Asks the worker for the login and fills it in, if the form can be seen. The worker has recorded the use before it
 * answers.
 */
export async function fillForm(form: LoginForm, credentialId: string): Promise<FillOutcome> {
  const before = readValues(form);
  for (const field of [form.username, form.password]) {
    if (field !== null && !(await isSeen(field))) return unseen;
  }
  const answer = await sendMessage('page.fill', { credentialId, sendsTo: form.sendsTo });
  if (answer === undefined) return { kind: 'refused', failure: noAnswer };
  if (answer.kind === 'refused') return answer;
  // What the person typed while the worker asked the server stays.
  const isSamePage = answer.origin === location.origin && isStillThere(form) && readValues(form) === before;
  return isSamePage && putLogin(form, answer) ? { kind: 'filled' } : { kind: 'refused', failure: notKept };
}

/** True for the outcome of a form that nobody can see. */
export function isUnseen(outcome: FillOutcome): boolean {
  return outcome === unseen;
}

const unseen: FillOutcome = {
  kind: 'refused',
  failure: { kind: 'invalid', sentence: 'The login form cannot be seen. Scroll to it, then try again.' },
};
const noAnswer = { kind: 'server', sentence: 'Keytrail did not answer. Try again.' } as const;
const notKept = { kind: 'invalid', sentence: 'The page did not take the login. Copy it from the popup.' } as const;

/** The page had time to change the form while the worker asked the server. */
function isStillThere({ username, password, sendsTo }: LoginForm): boolean {
  const targets = password.form === null ? [] : listForeignTargets(password.form, new URL(location.href));
  if (!targets.every((target) => sendsTo.includes(target))) return false;
  if (password.type !== 'password' || !password.isConnected || !isFillable(password)) return false;
  return username === null || (username.isConnected && isFillable(username));
}

/** As one text; a field of one line holds no line break. */
function readValues({ username, password }: LoginForm): string {
  return `${username?.value ?? ''}\n${password.value}`;
}
