// What a client asks an owner, as it goes from page to page: read anew on each, since it comes with the form.

import type { Response } from 'express';
import { toDestination } from '../agents/connection-rows.ts';
import { type AuthorizationRequest, readAuthorizationRequest } from '../oauth/authorization-request.ts';
import type { Clients } from '../oauth/clients.ts';
import { isLoopback } from '../oauth/redirect-uri.ts';
import type { Asking } from '../pages/layout.ts';
import { toRefusalPage } from '../pages/refusal-page.ts';
import { strings } from '../pages/strings.ts';
import { sendPage } from './page.ts';

/** A question that holds: who asks, in a form that can be sent along. */
export interface Asked {
  readonly request: AuthorizationRequest;
  readonly question: string;
  readonly asking: Asking;
}

/** Reads it from the query of the first page; answers by itself, and returns null, where nobody can be asked. */
export async function readQuestion(
  { clients, baseUrl }: { clients: Clients; baseUrl: string },
  response: Response,
  query: unknown,
): Promise<Asked | null> {
  const read = await readAuthorizationRequest(clients, baseUrl, query);
  if (read.outcome === 'unknown') sendPage(response, 400, toRefusalPage(strings.refusal.unknown));
  if (read.outcome === 'undescribed') sendPage(response, 400, toRefusalPage(strings.refusal.undescribed(read.host)));
  if (read.outcome === 'wrong') returnWith(response, read.location);
  if (read.outcome !== 'asked') return null;
  const { client, redirectUri, parameters } = read.request;
  return {
    request: read.request,
    question: new URLSearchParams(parameters).toString(),
    asking: {
      clientName: client.name,
      describedAt: client.describedAt,
      returnsTo: toDestination(redirectUri),
      isThisComputer: isLoopback(redirectUri),
    },
  };
}

/** As it comes with a form. */
export function toQuery(question: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(question));
}

/**
 * Anybody can register anywhere, so an error takes nobody to another site unasked: links to this server would lead where
 * they do not seem to (RFC 9700 §4.11.2). A program on this computer waits for the answer, and gets it.
 */
function returnWith(response: Response, location: string): void {
  if (isLoopback(location)) response.redirect(303, location);
  else sendPage(response, 400, toRefusalPage(strings.refusal.wrong, { href: location, to: toDestination(location) }));
}
