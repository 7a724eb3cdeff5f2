// The frame of a page. It runs no script and loads nothing but its own style.

import { Html, html } from './html.ts';
import { strings } from './strings.ts';

export interface Asking {
  /** What the program calls itself. */
  readonly clientName: string;
  /** The host that says so; null where only the program does. */
  readonly describedAt: string | null;
  /** A host, or the scheme of an app. */
  readonly returnsTo: string;
  readonly isThisComputer: boolean;
}

/** A whole document. `stylePath`: where its style lies. */
export function toDocument(stylePath: string, title: string, body: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title} · ${strings.brand}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${stylePath}">
</head>
<body>
<header>${logo}<span>${strings.brand}</span></header>
<main>${body}</main>
</body>
</html>
`.text;
}

/** Who asks, and where the browser will go. */
export function toAskingFacts({ clientName, describedAt, returnsTo, isThisComputer }: Asking): Html {
  const onThisComputer = describedAt === null ? strings.thisComputer : strings.anyProgram;
  const where = isThisComputer ? onThisComputer : returnsTo.endsWith(':') ? strings.anApp : null;
  const says =
    describedAt === null
      ? html`<small>${strings.claimed}</small>`
      : html`<small>${strings.describedAt}</small> <code dir="ltr">${describedAt}</code>`;
  return html`<dl>
<div><dt>${strings.asking}</dt><dd><strong dir="auto">${clientName}</strong> ${says}</dd></div>
<div><dt>${strings.returnsTo}</dt><dd><code dir="ltr">${returnsTo}</code>${where === null ? null : html` <small>${where}</small>`}</dd></div>
</dl>`;
}

/** What went wrong, told at once to those who listen. `focused`: where no field is to blame. */
export function toAlert(sentence: string | null, focused = false): Html | null {
  if (sentence === null) return null;
  const focus = focused ? html` tabindex="-1" autofocus` : null;
  return html`<p class="alert" role="alert" id="alert"${focus}>${sentence}</p>`;
}

/** A field that the person does not see. */
export function toHidden(name: string, value: string): Html {
  return html`<input type="hidden" name="${name}" value="${value}">`;
}

// The mark of the extension: Lucide's key-round (ISC).
const logo = new Html(
  '<svg aria-hidden="true" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.25" stroke-linecap="round" stroke-linejoin="round"><path d="M2.586 17.414A2 2 0 0 0 2 18.828V21a1 1 0 0 0 1 1h3a1 1 0 0 0 1-1v-1a1 1 0 0 1 1-1h1a1 1 0 0 0 1-1v-1a1 1 0 0 1 1-1h.172a2 2 0 0 0 1.414-.586l.814-.814a6.5 6.5 0 1 0-4-4z"/><circle cx="16.5" cy="7.5" r=".5" fill="currentColor"/></svg>',
);
