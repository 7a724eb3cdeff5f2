import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { shakeHands } from './handshake.ts';

const url = new URL('https://mcp.example.com/');

// An error that nobody listens for would end the server, and fails this test.
test.each([200, 204, 403])(
  'a body of an answer of %i that never ends goes with the signal, read or not',
  async (status) => {
    const bodies: Readable[] = [];
    const send = async (_request: unknown, signal: AbortSignal) => {
      const body = new Readable({ read: () => {} });
      signal.addEventListener('abort', () => body.destroy(new Error('aborted')));
      bodies.push(body);
      return { status, headers: { 'content-type': 'text/html' }, body };
    };
    const found = await shakeHands(url, send, AbortSignal.timeout(200)).catch(() => null);
    expect(found?.outcome).not.toBe('welcome');
    await sleep(300);
    expect(bodies.map(({ destroyed }) => destroyed)).not.toContain(false);
  },
);

test('a body that nobody reads is let go of at once', async () => {
  const body = new Readable({ read: () => {} });
  const send = async () => ({ status: 204, headers: {}, body });
  expect(await shakeHands(url, send, AbortSignal.timeout(5_000))).toMatchObject({ outcome: 'unlike', status: 204 });
  expect(body.destroyed).toBe(true);
});
