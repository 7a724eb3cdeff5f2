// What an import costs: 5,000 logins into an empty vault, in the calls that the dashboard makes, one after the other, each with
// its event. Beside the time, what the list of all of them takes afterwards.

import { randomUUID } from 'node:crypto';
import { loadavg } from 'node:os';
import { startEmbeddedPostgres } from '@keytrail/server/base/embedded-postgres';
import { type CredentialInput, importBatchMax } from '@keytrail/shared/credential';
import { createClient } from '../kit/client.ts';
import { findFreePort } from '../kit/free-port.ts';
import { signUp } from '../kit/people.ts';
import { startServerProcess } from '../kit/server-process.ts';
import { makeTempDir } from '../kit/temp-dir.ts';
import { median, round2 } from '../kit/timed-calls.ts';

const total = Number(process.argv[2] ?? 5000);

const folder = await makeTempDir();
const postgres = await startEmbeddedPostgres({
  dataDir: folder.path,
  log: () => undefined,
  loopbackPort: await findFreePort(),
});
try {
  const server = await startServerProcess({ DATABASE_URL: postgres.url, KEYTRAIL_DATA_DIR: folder.path });
  const { session } = await signUp(server.url);
  const client = createClient(server.url, session);
  const importId = randomUUID();
  const callsMs: number[] = [];
  const startMs = performance.now();
  for (let from = 0; from < total; from += importBatchMax) {
    const credentials = Array.from({ length: Math.min(importBatchMax, total - from) }, (_, n) => toLogin(from + n));
    const callMs = performance.now();
    const answers = await client.credentials.createMany.mutate({ importId, credentials });
    callsMs.push(performance.now() - callMs);
    if (answers.some(({ outcome }) => outcome !== 'created')) throw new Error('a credential was not stored');
  }
  const importMs = performance.now() - startMs;
  const listMs = performance.now();
  const listed = await client.credentials.list.query();
  const listedMs = performance.now() - listMs;
  if (listed.length !== total) throw new Error(`${listed.length} credentials are listed`);
  const { events } = await client.audit.list.query({ filter: {}, limit: 1 });
  // The account's own beginning is recorded, too.
  if ((events[0]?.seq ?? 0) < total) throw new Error(`the log ends at ${events[0]?.seq}`);
  await server.kill('SIGTERM');
  console.log(
    `${callsMs.length} calls, p50 ${median(callsMs).toFixed(1)} ms, longest ${Math.max(...callsMs).toFixed(1)} ms`,
  );
  console.log(
    `load average ${loadavg()
      .map((average) => average.toFixed(1))
      .join(' ')}`,
  );
  console.log(
    JSON.stringify({ bench: 'import', figures: { import_s: round2(importMs / 1000), list_ms: round2(listedMs) } }),
  );
} finally {
  await postgres.stop();
  await folder.remove();
}

function toLogin(n: number): CredentialInput {
  return {
    kind: 'login',
    service: `site-${n}`,
    label: `Site ${n}`,
    tags: ['imported'],
    expiresAt: null,
    notes: `the note of ${n}`,
    public: { username: `sam-${n}`, sites: [`https://s${n}.example.com`] },
    secret: { password: `password-${n}`, totp: 'GEZDGNBVGY3TQOJQ' },
  };
}
