// The programs that the agents page shows run as they stand: they get the secret, and say why when they do not.

import { execFile, spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { connect } from '@keytrail/server/base/db';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ExampleKind, toExample } from '../../extension/src/entrypoints/dashboard/agents/key-examples.ts';
import { startTestServer, type TestServer } from '../kit/server.ts';
import { makeTempDir } from '../kit/temp-dir.ts';
import { createGrantedAgent, tokenValue } from '../kit/vault.ts';

const run = promisify(execFile);
const here = fileURLToPath(new URL('..', import.meta.url));

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const programs: Record<ExampleKind, string> = { curl: 'curl', typescript: 'node', python: 'python3' };

/** Runs a program with a key in its environment; answers what it printed, whether it went well or not. */
const runners: Record<ExampleKind, (program: string, key: string, folder: string) => Promise<string>> = {
  curl: (program, key) => print('bash', ['-c', program], key),
  typescript: async (program, key, folder) => {
    // Where the published client can be found, as in the reader's own project.
    const file = join(folder, 'example.ts');
    const client = import.meta.resolve('@trpc/client');
    await writeFile(file, `${program.replace("'@trpc/client'", `'${client}'`)}\nconsole.log(values);\n`);
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
    return print(process.execPath, ['--import', import.meta.resolve('tsx'), file], key);
  },
  python: async (program, key, folder) => {
    const file = join(folder, 'example.py');
    await writeFile(file, `${program}\nprint(values)\n`);
    return print('python3', [file], key);
  },
};

async function print(command: string, args: string[], key: string): Promise<string> {
  const options = { cwd: here, env: { ...process.env, KEYTRAIL_KEY: key }, timeout: 30_000 };
  const { stdout, stderr } = await run(command, args, options).catch(
    (failed: { stdout: string; stderr: string }) => failed,
  );
  return stdout + stderr;
}

for (const kind of ['curl', 'typescript', 'python'] as const) {
  // The project asks for Node only; what else is here is used.
  const isHere = spawnSync(programs[kind], ['--version']).status === 0;
  test.skipIf(!isHere)(`${kind}: the secret comes with its reason recorded; a refusal is said in words`, async () => {
    const owner = await server.createOwner();
    const { key, grant } = await createGrantedAgent(owner, server.url);
    const folder = await makeTempDir();
    const program = toExample(kind, server.url, 'github');
    expect(program).not.toContain(key);
    expect(await runners[kind](program, key, folder.path)).toContain(tokenValue);
    const { events } = await owner.client.audit.list.query({ limit: 1 });
    expect(events[0]).toMatchObject({ type: 'agent_access', reason: 'nightly deploy' });
    await owner.client.grants.revoke.mutate({ id: grant.id });
    const refused = await runners[kind](program, key, folder.path);
    expect(refused).toContain('The grant was revoked');
    expect(refused).not.toContain(tokenValue);
    await folder.remove();
  });

  test.skipIf(!isHere)(`${kind}: where waiting helps, it waits and then has the secret`, async () => {
    const owner = await server.createOwner();
    const { key, client, agent } = await createGrantedAgent(owner, server.url);
    const { id } = await owner.client.policies.create.mutate({
      name: 'calm',
      description: '',
      mode: 'enabled',
      rules: [{ type: 'rate_limit', uses: 1, per: 'minute', counts: 'agent' }],
    });
    await owner.client.policies.attach.mutate({ id, targets: [{ kind: 'agent', id: agent.id }] });
    await client.agent.credential.mutate({ service: 'github' });
    await ageUses();
    const folder = await makeTempDir();
    expect(await runners[kind](toExample(kind, server.url, 'github'), key, folder.path)).toContain(tokenValue);
    const { events } = await owner.client.audit.list.query({ limit: 2 });
    expect(events.map(({ outcome }) => outcome)).toEqual(['ok', 'denied']);
    await folder.remove();
  });
}

/** The minute that the limit looks back over ends in seconds; its use, by the database's clock, lies further back. */
async function ageUses() {
  const sql = connect(server.databaseUrl, { max: 1 });
  await sql`update use_times set used_at = used_at - interval '50 seconds'`;
  await sql.end();
}
