// Sending a page, and taking its forms: what keeps other pages from showing ours, and from sending forms in its place.

import type { RequestHandler, Response } from 'express';
import { oauthPaths } from '../oauth/metadata.ts';
import { toDocument } from '../pages/layout.ts';
import { toRefusalPage } from '../pages/refusal-page.ts';
import type { Page } from '../pages/sign-in-page.ts';
import { strings } from '../pages/strings.ts';

/**
 * A form of ours says where it comes from (Fetch Metadata, and Origin by the referrer policy below); one of another site
 * cannot say the same. The ticket would stop it, too: no other page can know it.
 */
export function createSameOriginCheck(baseUrl: string): RequestHandler {
  return (request, response, next) => {
    const site = request.headers['sec-fetch-site'];
    if (request.headers.origin === baseUrl && (site === undefined || site === 'same-origin')) return next();
    sendPage(response, 403, toRefusalPage(strings.refusal.otherOrigin(baseUrl)));
  };
}

/** `redirectUri`: where the answer to a form of this page may lead. */
export function sendPage(response: Response, status: number, { title, body }: Page, redirectUri?: string): void {
  const targets = redirectUri === undefined ? '' : ` ${toCspSource(redirectUri)}`;
  response
    .status(status)
    .set({
      'content-security-policy': `default-src 'none'; style-src 'self'; img-src data:; form-action 'self'${targets}; base-uri 'none'; frame-ancestors 'none'`,
      'x-frame-options': 'DENY',
      'cross-origin-opener-policy': 'same-origin',
      // With the one that the API answers with, forms would say that they come from nowhere.
      'referrer-policy': 'same-origin',
    })
    .type('html')
    .send(toDocument(oauthPaths.style, title, body));
}

/** Chromium holds a redirect after a form to the same rule as the form. An IPv6 address cannot be written there. */
function toCspSource(redirectUri: string): string {
  const { protocol, origin, hostname } = new URL(redirectUri);
  return (protocol === 'http:' || protocol === 'https:') && !hostname.startsWith('[') ? origin : protocol;
}
