// A client that names itself by an address describes itself there (OAuth Client ID Metadata Document,
// draft-ietf-oauth-client-id-metadata-document): which addresses are such names, and what of a description counts.

import { createHash } from 'node:crypto';
import CachePolicy from 'http-cache-semantics';
import { z } from 'zod';
import { clientMetadata, type OauthClient, toClientName } from './client-metadata.ts';

/**
 * The address that a client's id is; null for an id that is none. It must be written as every program writes it: what is
 * compared are characters (§3). No query, so that strangers choose no more of a request than they must.
 */
export function toClientAddress(id: string): URL | null {
  if (!id.startsWith('https://') || !URL.canParse(id)) return null;
  const url = new URL(id);
  const isPlain = url.username === '' && url.password === '' && url.search === '' && url.pathname !== '/';
  return isPlain && url.href === id && !/[#?]/.test(id) ? url : null;
}

/** SHA-256 of an id, by which a connection knows its client. */
export function hashClientId(id: string): Buffer {
  return createHash('sha256').update(id).digest();
}

/** Public clients only: a secret that lies in a public document is none (§4.1). */
const description = clientMetadata.extend({
  client_id: z.string(),
  client_name: z.string().max(1000),
  client_secret: z.undefined().optional(),
  token_endpoint_auth_method: z.literal('none').optional(),
});

/** The client that a document describes; null for what describes nobody, or somebody else than whose address it lies at. */
export function readClientDocument(address: URL, text: string): OauthClient | null {
  const parsed = description.safeParse(parseJson(text));
  if (!parsed.success || parsed.data.client_id !== address.href) return null;
  return {
    hash: hashClientId(address.href),
    name: toClientName(parsed.data.client_name),
    redirectUris: parsed.data.redirect_uris,
    describedAt: address.host,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** For how long a document may be gone by: as its headers say (RFC 9111), but a minute at least and a day at most. */
export function toFreshMs(address: URL, headers: Readonly<Record<string, string | string[] | undefined>>): number {
  const asked = { url: address.href, method: 'GET', headers: {} };
  const policy = new CachePolicy(asked, { status: 200, headers: { ...headers } });
  return Math.min(Math.max(policy.timeToLive(), minuteMs), dayMs);
}
