// The site of a client's maker: an https server on this machine with the document that describes the client. What trusts its
// certificate is a server that was started with `NODE_EXTRA_CA_CERTS`, as one with a company's own authority would be.

import { writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { selfSigned } from '@keytrail/server/base/outbound.fixture';

export interface ClientSite {
  /** Of the document, and so the client's id. */
  readonly clientId: string;
  readonly host: string;
  /** How often it was asked for the document. */
  asked: number;
  /** How the next requests are answered. */
  answer: (response: ServerResponse) => void;
  stop(): Promise<void>;
}

/** A description of the client of an id. */
export function describeClient(clientId: string, changes: object = {}): string {
  return JSON.stringify({
    client_id: clientId,
    client_name: 'Code Helper',
    redirect_uris: ['http://127.0.0.1/callback'],
    token_endpoint_auth_method: 'none',
    ...changes,
  });
}

export async function startClientSite(name: 'localhost' | '127.0.0.1' = 'localhost'): Promise<ClientSite> {
  const server = createServer(selfSigned, (_request, response) => {
    site.asked += 1;
    site.answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const host = `${name}:${(server.address() as AddressInfo).port}`;
  const clientId = `https://${host}/client.json`;
  const site: ClientSite = {
    clientId,
    host,
    asked: 0,
    answer: (response) => sendDocument(response, describeClient(clientId)),
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return site;
}

export function sendDocument(response: ServerResponse, text: string, headers: Record<string, string> = {}): void {
  response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(text);
}

/** What a server process must be started with to trust the site. */
export async function trustClientSites(folder: string): Promise<{ NODE_EXTRA_CA_CERTS: string }> {
  const path = join(folder, 'client-sites.pem');
  await writeFile(path, selfSigned.cert);
  return { NODE_EXTRA_CA_CERTS: path };
}
