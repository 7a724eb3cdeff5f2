// A program that signs in to /mcp by an official client of either generation, up to where a person's browser takes over.

import {
  type OAuthDiscoveryState,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client';
import { UnauthorizedError as OldUnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as OldTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { createNewClient, type Era, type McpClient, toMcpClient } from './mcp-client.ts';

/** Nobody listens there: the tests read the address that the browser is sent to. */
export const redirectUrl = 'http://127.0.0.1:3917/callback';

export interface Program {
  /** Connects with what the program holds, refreshing it if need be. Null once it wants a person to sign in. */
  connect(): Promise<McpClient | null>;
  /** Where the person's browser was sent to sign in. */
  readonly sentTo: () => string;
  /** Takes the address that the browser came back to. Throws where that says no. */
  finish(location: string): Promise<void>;
  /** What it got from the token endpoint last. */
  readonly tokens: () => Tokens;
  /** As if some time had gone by in which the access token ran out. */
  spoilAccessToken(): void;
}

interface Tokens {
  readonly access_token: string;
  readonly token_type: string;
  readonly refresh_token?: string | undefined;
  readonly expires_in?: number | undefined;
  readonly scope?: string | undefined;
}

/** What both generations ask their host to keep for them. */
function createMemory(name: string, clientMetadataUrl: string | undefined) {
  let client: { client_id: string; redirect_uris: string[] } | undefined;
  let tokens: Tokens | undefined;
  let verifier = '';
  let sentTo = '';
  let discovered: OAuthDiscoveryState | undefined;
  const provider = {
    redirectUrl,
    ...(clientMetadataUrl === undefined ? {} : { clientMetadataUrl }),
    clientMetadata: { client_name: name, redirect_uris: [redirectUrl] },
    state: () => 'what the program goes on with',
    clientInformation: () => client,
    saveClientInformation: (given: { client_id: string }) => {
      client = { redirect_uris: [redirectUrl], ...given };
    },
    tokens: () => tokens,
    saveTokens: (given: Tokens) => {
      tokens = given;
    },
    redirectToAuthorization: (url: URL) => {
      sentTo = url.href;
    },
    saveCodeVerifier: (given: string) => {
      verifier = given;
    },
    codeVerifier: () => verifier,
    saveDiscoveryState: (found: OAuthDiscoveryState) => {
      discovered = found;
    },
    discoveryState: () => discovered,
    invalidateCredentials: (which: string) => {
      if (which === 'all' || which === 'client') client = undefined;
      if (which === 'all' || which === 'tokens') tokens = undefined;
    },
  };
  return {
    provider,
    sentTo: () => sentTo,
    tokens: () => {
      if (tokens === undefined) throw new Error('the program has no tokens');
      return tokens;
    },
    spoilAccessToken: () => {
      if (tokens !== undefined) tokens = { ...tokens, access_token: 'kt_access_spoiled' };
    },
  };
}

/** `endpoint`: of the MCP server. `clientMetadataUrl`: where the program is described, for one that does not register. */
export function createProgram(endpoint: string, era: Era, name: string, clientMetadataUrl?: string): Program {
  const { provider, ...memory } = createMemory(name, clientMetadataUrl);
  const open = era === '2026-07-28' ? openNew : openOld;
  let finishing: ((location: URL) => Promise<void>) | undefined;
  return {
    ...memory,
    connect: async () => {
      const { client, finish } = await open(endpoint, provider, name);
      finishing = finish;
      return client;
    },
    finish: async (location) => {
      if (finishing === undefined) throw new Error('nobody was sent anywhere');
      await finishing(new URL(location));
    },
  };
}

type Provider = ReturnType<typeof createMemory>['provider'];
type Open = (
  endpoint: string,
  provider: Provider,
  name: string,
) => Promise<{ client: McpClient | null; finish: (location: URL) => Promise<void> }>;

const openNew: Open = async (endpoint, authProvider, name) => {
  const client = createNewClient(name);
  const transport = new StreamableHTTPClientTransport(new URL(endpoint), { authProvider });
  const connected = await isConnected(client.connect(transport));
  return {
    client: connected ? toMcpClient(client) : null,
    finish: ({ searchParams }) => transport.finishAuth(searchParams),
  };
};

const openOld: Open = async (endpoint, authProvider, name) => {
  const client = new OldClient({ name, version: '1.0.0' });
  const transport = new OldTransport(new URL(endpoint), { authProvider });
  const connected = await isConnected(client.connect(transport));
  const finish = async ({ searchParams }: URL) => {
    const code = searchParams.get('code');
    if (code === null) throw new Error(searchParams.get('error') ?? 'no code');
    await transport.finishAuth(code);
  };
  return { client: connected ? toMcpClient(client) : null, finish };
};

async function isConnected(connecting: Promise<void>): Promise<boolean> {
  try {
    await connecting;
    return true;
  } catch (error) {
    if (error instanceof UnauthorizedError || error instanceof OldUnauthorizedError) return false;
    throw error;
  }
}
