// What a server says of the master keys that it holds, as it ends.

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from '@keytrail/server/base/db';
import { keyChannel } from '@keytrail/server/base/keyring-follower';
import { expect, test } from 'vitest';
import { toKeySources } from '../kit/key-sources.ts';
import { startTestServer } from '../kit/server.ts';

const toAborted = async (signal: AbortSignal) => signal.aborted || once(signal, 'abort');

test('a server that ends while it looks up its keys is forgotten after that, so that no rotation waits for it', async () => {
  const sources = toKeySources(randomBytes(32));
  const ending = new AbortController();
  const looking = new AbortController();
  let isHeld = false;
  const said: { readonly call: string; readonly node: unknown }[] = [];
  let hasLeft = () => {};
  const left = new Promise<void>((resolve) => {
    hasLeft = resolve;
  });
  const server = await startTestServer(
    {},
    {
      jobs: false,
      keys: {
        ...sources,
        readGiven: async () => {
          if (isHeld) {
            looking.abort();
            await toAborted(ending.signal);
          }
          return sources.readGiven();
        },
      },
      onStatement: (statement, [node]) => {
        const call = /\b(note_node|forget_node)\b/.exec(statement)?.[1];
        if (call !== undefined) said.push({ call, node });
        if (/^unlisten "?keytrail_master_keys/.test(statement)) hasLeft();
      },
    },
  );
  const sql = connect(server.databaseUrl, { max: 1 });
  const node = await server.startNode();
  isHeld = true;
  await sql.notify(keyChannel, '');
  await toAborted(looking.signal);
  said.length = 0;
  const stopped = node.stop();
  await left;
  // Time enough for it to be forgotten before its look has ended.
  for (let trips = 0; trips < 20; trips++) await sql`select`;
  ending.abort();
  await stopped;
  const forgotten = said.find(({ call }) => call === 'forget_node')?.node;
  const ofNode = said.filter((one) => one.node === forgotten).map(({ call }) => call);
  expect(ofNode.slice(-2)).toEqual(['note_node', 'forget_node']);
  expect(await sql`select id from nodes`).toHaveLength(1);
  await sql.end();
  await server.stop();
});
