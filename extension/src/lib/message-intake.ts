// The receiving end of the messages: who may send what, and in which shape.
// A content script lives in the page's process, which an attacker may own; its messages are a stranger's input.

import { accessAnswer } from '@keytrail/shared/access-request-schema';
import { approvalAnswers } from '@keytrail/shared/approval';
import { type Browser, browser } from 'wxt/browser';
import { z } from 'zod';
import type { MessageName, Messages } from './messages.ts';

export type Sender = Browser.runtime.MessageSender;

const nothing = z.strictObject({});
const login = z.strictObject({ credentialId: z.uuid() });
const form = z.strictObject({ sendsTo: z.array(z.string().max(300)).max(20).readonly() });

const requests: { [Name in MessageName]: z.ZodType<Messages[Name]['request']> } = {
  'page.logins': form,
  'page.fill': login.extend(form.shape),
  'popup.opened': nothing,
  'popup.seen': nothing,
  'popup.logins': nothing,
  'popup.fill': login,
  'popup.copy': login,
  'approvals.answer': z.strictObject({
    id: z.uuid(),
    answer: z.enum(approvalAnswers),
    note: z.string().max(300).optional(),
  }),
  'accessRequests.answer': accessAnswer,
  'accessRequests.choices': z.strictObject({ id: z.uuid() }),
  'vault.lock': nothing,
  'vault.unlock': z.strictObject({ password: z.string().max(200) }),
  sync: nothing,
  changed: nothing,
};

const envelope = z.strictObject({ name: z.string(), request: z.unknown() });

/** One function for each message. */
export type Handlers = {
  [Name in MessageName]: (request: Messages[Name]['request'], sender: Sender) => Promise<Messages[Name]['reply']>;
};

/** Reads a message; null when it is malformed or its sender may not send it. */
export function parseMessage(message: unknown, sender: Sender): { name: MessageName; request: unknown } | null {
  const outer = envelope.safeParse(message);
  if (!outer.success || !isMessageName(outer.data.name)) return null;
  const { name } = outer.data;
  const request = requests[name].safeParse(outer.data.request);
  if (!request.success || sender.id !== browser.runtime.id) return null;
  const isAllowed = name.startsWith('page.') ? sender.tab?.id !== undefined : isOwnPage(sender);
  return isAllowed ? { name, request: request.data } : null;
}

/** True when the sender is a page of this extension, by the address that the browser gives. */
export function isOwnPage(sender: Sender): boolean {
  return sender.id === browser.runtime.id && (sender.url?.startsWith(browser.runtime.getURL('/')) ?? false);
}

/** Answers messages with these handlers. A message that is not allowed gets no answer at all. */
export function answerMessages(handlers: Handlers): void {
  browser.runtime.onMessage.addListener((message: unknown, sender: Sender, reply: (answer: unknown) => void) => {
    const parsed = parseMessage(message, sender);
    if (parsed === null) return false;
    // Name and request were parsed together, which the type of the table cannot say.
    const handle = handlers[parsed.name] as (request: unknown, sender: Sender) => Promise<unknown>;
    // A handler that breaks answers undefined: the sender treats it as no answer, and no error text crosses.
    handle(parsed.request, sender).then(reply, () => reply(undefined));
    return true;
  });
}

function isMessageName(name: string): name is MessageName {
  return Object.hasOwn(requests, name);
}
