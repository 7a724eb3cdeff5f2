// Every message inside the extension, by name: what is sent and what is answered.
// Content scripts import this file, so it holds types and two lines of code: no schema, no session, no database.

import type { GrantChoice } from '@keytrail/shared/access-request';
import type { AccessAnswer } from '@keytrail/shared/access-request-schema';
import type { ApprovalAnswer, ApprovalSummary } from '@keytrail/shared/approval';
import { browser } from 'wxt/browser';
import type { Failure } from './failure.ts';

/** A login as a page's menu may know it: a name, never a secret. */
export interface LoginChoice {
  readonly id: string;
  readonly label: string;
  readonly username: string;
}

/** A login as the popup shows it. */
export interface TabLogin extends LoginChoice {
  readonly service: string;
  readonly lastUsedAt: string | null;
  readonly expiresAt: string | null;
}

/** Secrets for one document, once. `origin` is the origin the worker released them for. */
export type FillAnswer =
  | { readonly kind: 'values'; readonly origin: string; readonly username: string; readonly password: string }
  | { readonly kind: 'refused'; readonly failure: Failure };

export type FillOutcome =
  | { readonly kind: 'filled' }
  | { readonly kind: 'no_form' }
  | { readonly kind: 'refused'; readonly failure: Failure };

/** `decided` is false where another device, or the time limit, was faster. */
export type AnswerReply =
  | { readonly kind: 'answered'; readonly decided: boolean; readonly approval: ApprovalSummary }
  | { readonly kind: 'refused'; readonly failure: Failure };

/** Of what has nothing to say but that it was done. */
export type DoneReply = { readonly kind: 'done' } | { readonly kind: 'refused'; readonly failure: Failure };

/** Requests to the worker. No request names the origin that it is for: the worker reads it from the sender. */
export interface Messages {
  /** Content script: the logins of the page it runs in, for a form that sends to these other origins. */
  'page.logins': { request: { sendsTo: readonly string[] }; reply: readonly LoginChoice[] };
  /** Content script: the person picked this login for such a form. */
  'page.fill': { request: { credentialId: string; sendsTo: readonly string[] }; reply: FillAnswer };
  /** Popup: it was opened; answered once the newest events are cached. */
  'popup.opened': { request: Record<never, never>; reply: null };
  /** Popup: it is still open, and so shows what is cached by now. */
  'popup.seen': { request: Record<never, never>; reply: null };
  /** Popup: the logins of the active tab; null where they cannot be had. */
  'popup.logins': { request: Record<never, never>; reply: readonly TabLogin[] | null };
  /** Popup: fill this login into the active tab. */
  'popup.fill': { request: { credentialId: string }; reply: FillOutcome };
  /** Popup: this login's password, to be put on the clipboard. */
  'popup.copy': {
    request: { credentialId: string };
    reply: { readonly kind: 'value'; readonly value: string } | { readonly kind: 'refused'; readonly failure: Failure };
  };
  /** Pages: the owner's answer to a request that waits. */
  'approvals.answer': {
    request: { id: string; answer: ApprovalAnswer; note?: string | undefined };
    reply: AnswerReply;
  };
  /** Pages: the owner's answer to a request for a grant. */
  'accessRequests.answer': { request: AccessAnswer; reply: DoneReply };
  /** Pages: the credentials that a request for a grant may be answered with. */
  'accessRequests.choices': {
    request: { id: string };
    reply:
      | { readonly kind: 'choices'; readonly choices: readonly GrantChoice[] }
      | { readonly kind: 'refused'; readonly failure: Failure };
  };
  /** Pages: lock the vault. */
  'vault.lock': { request: Record<never, never>; reply: DoneReply };
  /** Pages: open the vault again. */
  'vault.unlock': { request: { password: string }; reply: DoneReply };
  /** Pages: pull new events now, and see to the live connection. */
  sync: { request: Record<never, never>; reply: null };
  /** Pages: something was changed on the server. */
  changed: { request: Record<never, never>; reply: null };
}
export type MessageName = keyof Messages;

/** The one message that goes the other way: the worker asks a tab's top frame to ask for a fill. */
export interface FillRequest {
  readonly name: 'worker.fill';
  readonly credentialId: string;
}

/** Sends a message to the worker and waits for its answer. Rejects where no worker can answer. */
export async function sendMessage<Name extends MessageName>(
  name: Name,
  request: Messages[Name]['request'],
): Promise<Messages[Name]['reply']> {
  return await browser.runtime.sendMessage({ name, request });
}
