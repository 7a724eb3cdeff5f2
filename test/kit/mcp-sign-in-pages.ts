// The pages on which a person lets a program in, fetched and answered as a browser would, without one.

import { password } from './people.ts';

export interface Shown {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Where the browser is sent on; null where a page is shown. */
  readonly location: string | null;
}

/** Opens an address, or sends the form of a page. Redirects are not followed. */
async function load(url: string, init: RequestInit = {}): Promise<Shown> {
  const answer = await fetch(url, { redirect: 'manual', ...init });
  return {
    status: answer.status,
    headers: answer.headers,
    text: await answer.text(),
    location: answer.headers.get('location'),
  };
}

export function openPage(url: string): Promise<Shown> {
  return load(url);
}

let forms = 0;

/** An address of its own for each form: a server that trusts this peer as a proxy counts its tries apart. */
function toAddress(number: number): string {
  return `198.19.${number >> 8}.${number & 255}`;
}

/** Fills in the one form of a page and sends it from that page. */
export function submit(
  base: string,
  page: Shown,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Shown> {
  const [, action = ''] = /<form method="post" action="([^"]+)"/.exec(page.text) ?? [];
  const hidden = [...page.text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)];
  const body = new URLSearchParams(hidden.map(([, name = '', value = '']) => [name, unescapeHtml(value)]));
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  return load(base + action, {
    method: 'POST',
    headers: { origin: base, 'sec-fetch-site': 'same-origin', 'x-forwarded-for': toAddress(forms++), ...headers },
    body,
  });
}

/** Signs in on the page of an address; answers the page that asks. */
export async function signInOnPage(base: string, url: string, email: string): Promise<Shown> {
  return submit(base, await openPage(url), { email, password });
}

export type Choice = { readonly agent: string } | { readonly name: string } | 'refuse';

/** Signs in and answers; the address that the browser goes back to. */
export async function answerOnPage(base: string, url: string, email: string, choice: Choice): Promise<string> {
  const answered = await submit(base, await signInOnPage(base, url, email), toFields(choice));
  if (answered.location === null) throw new Error(`a page of status ${answered.status} in place of the way back`);
  return answered.location;
}

export function toFields(choice: Choice): Record<string, string> {
  if (choice === 'refuse') return { answer: 'refuse' };
  return { answer: 'connect', ...('agent' in choice ? choice : { agent: 'new', name: choice.name }) };
}

function unescapeHtml(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
