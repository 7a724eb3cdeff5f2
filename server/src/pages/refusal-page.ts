// The page for what cannot go on: it says why, and what to do next.

import { html } from './html.ts';
import type { Page } from './sign-in-page.ts';
import { strings } from './strings.ts';

/** `back`: where the person may go from here, if they want to. */
export function toRefusalPage(sentence: string, back?: { href: string; to: string }): Page {
  const { title, back: label } = strings.refusal;
  const link = back && html`<p><a href="${back.href}" rel="noreferrer">${label(back.to)}</a></p>`;
  return { title, body: html`<h1>${title}</h1><p>${sentence}</p>${link ?? null}` };
}
