// A real OAuth provider (oidc-provider) that rotates refresh tokens and revokes the whole grant when an old one is used again.
// It counts what it is asked, and can be held or made to fail.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express, { type NextFunction, type Request, type Response } from 'express';
import Provider from 'oidc-provider';

export interface Hold {
  /** Resolves when a request has come and waits. */
  readonly held: Promise<void>;
  release(): void;
  /** Forgets the request instead: it is never carried out. */
  drop(): void;
}

export interface OAuthProvider {
  readonly issuer: string;
  readonly tokenUrl: string;
  readonly client: { readonly id: string; readonly secret: string };
  /** Token requests by grant type that have arrived, held ones included. */
  readonly requests: Record<string, number>;
  /** A fresh pair, as if its user had just consented. */
  issueTokens(): Promise<{ accessToken: string; refreshToken: string }>;
  /** Whether an access token is one of its own and still good. */
  accepts(accessToken: string): Promise<boolean>;
  /** The next token request waits: before anything is done with it, or once it was carried out and before it is answered. */
  holdNext(when: 'asked' | 'carried out'): Hold;
  /** Answers token requests so, until it is called with null. */
  answerWith(answer: { readonly status: number; readonly body: string; readonly contentType?: string } | null): void;
  /**
   * Carries token requests out, and puts these members, as JSON text, behind its own, in place of those of the same name; until it is
   * called with null.
   */
  amendAnswers(members: string | null): void;
  stop(): Promise<void>;
}

const client = { id: 'keytrail', secret: 'a-client-secret-of-the-tests-4c1f' };

/** @param redirectUris where its consent page may send people back. */
export async function startOAuthProvider(
  redirectUris: string[] = ['https://app.test/callback'],
): Promise<OAuthProvider> {
  const app = express();
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        redirect_uris: redirectUris,
        grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
      },
    ],
    rotateRefreshToken: true,
    scopes: ['openid', 'offline_access', 'api'],
    features: { devInteractions: { enabled: true }, deviceFlow: { enabled: true }, introspection: { enabled: true } },
    findAccount: (_ctx, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    ttl: {
      AccessToken: 3600,
      IdToken: 3600,
      RefreshToken: 86_400,
      Grant: 86_400,
      Session: 86_400,
      Interaction: 600,
      DeviceCode: 600,
    },
    cookies: { keys: ['a key of the tests'] },
    pkce: { required: () => true },
  });
  const requests: Record<string, number> = {};
  let hold: { when: string; noteHeld: () => void; released: Promise<'go on' | 'drop'> } | null = null;
  let canned: { status: number; body: string; contentType?: string } | null = null;
  let amendment: string | null = null;
  app.post('/token', async (request: Request, response: Response, next: NextFunction) => {
    const body = await readBody(request);
    const type = new URLSearchParams(body).get('grant_type') ?? 'none';
    requests[type] = (requests[type] ?? 0) + 1;
    // oidc-provider takes a body that was read already.
    Object.assign(request, { body: Object.fromEntries(new URLSearchParams(body)) });
    const held = hold;
    hold = null;
    if (held?.when === 'asked') {
      held.noteHeld();
      if ((await held.released) === 'drop') return;
    }
    if (canned !== null) {
      response
        .status(canned.status)
        .type(canned.contentType ?? 'application/json')
        .send(canned.body);
      return;
    }
    if (amendment !== null) amendAnswer(response, amendment);
    if (held?.when === 'carried out') {
      const end = response.end.bind(response);
      Object.assign(response, {
        end: (...parts: Parameters<typeof response.end>) => {
          held.noteHeld();
          void held.released.then(() => end(...parts));
          return response;
        },
      });
    }
    next();
  });
  app.use(provider.callback());
  return {
    issuer,
    tokenUrl: `${issuer}/token`,
    client,
    requests,
    issueTokens: () => issueTokens(provider),
    accepts: async (accessToken) => (await provider.AccessToken.find(accessToken)) !== undefined,
    holdNext: (when) => {
      let noteHeld = () => {};
      let settle = (_how: 'go on' | 'drop') => {};
      const held = new Promise<void>((resolve) => {
        noteHeld = resolve;
      });
      const released = new Promise<'go on' | 'drop'>((resolve) => {
        settle = resolve;
      });
      hold = { when, noteHeld, released };
      return { held, release: () => settle('go on'), drop: () => settle('drop') };
    },
    answerWith: (answer) => {
      canned = answer;
    },
    amendAnswers: (members) => {
      amendment = members;
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Of two members of one name, whoever reads JSON takes the second. */
function amendAnswer(response: Response, members: string): void {
  const end = response.end.bind(response);
  Object.assign(response, {
    end: (body: string) => {
      const amended = body.replace(/\}$/, `,${members}}`);
      response.setHeader('content-length', Buffer.byteLength(amended));
      return end(amended);
    },
  });
}

async function issueTokens(provider: Provider): Promise<{ accessToken: string; refreshToken: string }> {
  const registered = await provider.Client.find(client.id);
  if (registered === undefined) throw new Error('the client is not registered');
  const grant = new provider.Grant({ accountId: 'someone', clientId: client.id });
  grant.addOIDCScope('openid offline_access api');
  const grantId = await grant.save();
  const facts = {
    accountId: 'someone',
    client: registered,
    grantId,
    scope: 'openid offline_access api',
    gty: 'authorization_code',
    claims: {},
    expiresWithSession: false,
  };
  const refreshToken = await new provider.RefreshToken({
    ...facts,
    rotations: 0,
    iiat: Math.floor(Date.now() / 1000),
  }).save();
  const accessToken = await new provider.AccessToken({ ...facts, extra: {} }).save();
  return { accessToken, refreshToken };
}

async function readBody(request: Request): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
