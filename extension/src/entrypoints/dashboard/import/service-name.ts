// The short name by which agents ask for what was imported: from the address, else from the title.

import { getDomainWithoutSuffix } from 'tldts';

/** `github` for https://gist.github.com, `example` for https://shop.example.co.uk, `my-bank` for "My Bank". */
export function toServiceName(origin: string | undefined, title: string): string {
  const host = origin === undefined ? '' : new URL(origin).hostname;
  // Names of machines and addresses of networks have no part that anybody could have registered.
  const named = host === '' ? null : (getDomainWithoutSuffix(host, { allowPrivateDomains: true }) ?? host);
  return [named, title].map((text) => toSlug(text ?? '')).find((slug) => slug !== '') ?? 'imported';
}

function toSlug(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '')
    .slice(0, 100);
}
