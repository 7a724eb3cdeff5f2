// Asserts, on the rows themselves, everything that must hold of an account's log whatever happened to the server.

import { connect, type DatabaseTarget } from '@keytrail/server/base/db';
import { hashLeaf, parseLine, verifyLine } from '@keytrail/shared/leaf';

/** Throws for the first thing that is wrong; returns the ids in order. Connects as the owner of the tables. */
export async function checkLog(database: DatabaseTarget, accountId: string): Promise<string[]> {
  const sql = connect(database, { max: 1 });
  try {
    // As of one moment: somebody may be appending.
    const { rows, head } = await sql.begin('isolation level repeatable read read only', async (tx) => {
      const rows = await tx`
        select *, to_char(recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as rec, host(client_ip) as ip
        from events where account_id = ${accountId} order by recorded_at`;
      const [head] = await tx`select next_seq from heads where account_id = ${accountId}`;
      return { rows, head };
    });
    rows.forEach((row, index) => {
      verifyLine(row.line);
      const event = parseLine(row.line);
      const said = [event.seq, event.recordedAt, event.id, event.type, event.source, event.outcome];
      const stored = [Number(row.seq), row.rec, row.id, row.type, row.source, row.outcome];
      const optionalSaid = [
        event.service,
        event.agentId,
        event.credentialId,
        event.proxyId,
        event.client,
        event.clientIp,
      ];
      const optionalStored = [row.service, row.agent_id, row.credential_id, row.proxy_id, row.client, row.ip];
      assertSame(said, stored, `columns of #${index}`);
      assertSame(
        optionalSaid.map((value) => value ?? null),
        optionalStored,
        `optional columns of #${index}`,
      );
      assertSame(event.seq, index, 'sequence has no gap');
      assertSame(Buffer.from(hashLeaf(row.line)).toString('hex'), row.leaf_hash.toString('hex'), `leaf of #${index}`);
    });
    assertSame(Number(head?.next_seq ?? 0), rows.length, 'head counts the rows');
    const ids = rows.map((row) => String(row.id));
    assertSame(new Set(ids).size, ids.length, 'no event twice');
    return ids;
  } finally {
    await sql.end();
  }
}

function assertSame(actual: unknown, expected: unknown, what: string): void {
  if (JSON.stringify(actual) === JSON.stringify(expected)) return;
  throw new Error(`${what}: ${JSON.stringify(actual)} is not ${JSON.stringify(expected)}`);
}
