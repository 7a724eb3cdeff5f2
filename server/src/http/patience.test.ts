import { once } from 'node:events';
import { request as call } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Request, type Response } from 'express';
import { expect, test } from 'vitest';
import { toPatience } from './patience.ts';

/** A request of a real caller, who has left before anybody asks how long they wait. */
async function leave(): Promise<[Request, Response]> {
  const app = express();
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    return await new Promise((resolve) => {
      const sent = call({ host: '127.0.0.1', port });
      sent.on('error', () => {});
      app.use((request, response) => {
        response.once('close', () => resolve([request, response]));
        sent.destroy();
      });
      sent.end();
    });
  } finally {
    server.close();
  }
}

test('who left before it was known whose call it is, waits no more', async () => {
  const [request, response] = await leave();
  expect(toPatience(request, response).signal?.aborted).toBe(true);
});
