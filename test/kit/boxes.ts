// Boxes as the database holds them: many at once, and where they stand.

import { randomUUID } from 'node:crypto';
import { connect } from '@keytrail/server/base/db';
import { seal, toMasterKeys } from '@keytrail/server/base/envelope';

export interface StoredBox {
  readonly accountId: string;
  readonly id: string;
  readonly field: string;
  readonly box: Buffer;
}

/** What the n-th seeded credential holds. */
export const toSeededValue = (index: number) => `seeded-value-${index}`;

/** Stores credentials by the thousand, sealed under one version, as the server would one by one. Answers with their ids. */
export async function seedBoxes(
  databaseUrl: string,
  accountId: string,
  key: { version: number; bytes: Buffer },
  count: number,
): Promise<string[]> {
  const keys = toMasterKeys(key.version, new Map([[key.version, key.bytes]]));
  const rows = Array.from({ length: count }, (_, index) => {
    const id = randomUUID();
    const context = { accountId, credentialId: id, field: 'value', version: 1 };
    const box = seal(keys, context, toSeededValue(index)).toString('base64');
    return { id, label: `seeded ${id}`, sealed: { value: { version: 1, box } } };
  });
  const sql = connect(databaseUrl, { max: 1 });
  await sql`
    insert into credentials (account_id, id, kind, service, label, tags, public, sealed, version, created_at, updated_at)
    select ${accountId}, r.id, 'token', 'seeded', r.label, '[]', '{}', r.sealed, 1, now(), now()
    from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as r (id uuid, label text, sealed jsonb)`;
  await sql.end();
  return rows.map(({ id }) => id);
}

/** Every box of an account, in a stable order. */
export async function readBoxes(databaseUrl: string, accountId: string): Promise<StoredBox[]> {
  const sql = connect(databaseUrl, { max: 1 });
  const rows = await sql<{ id: string; field: string; box: string }[]>`
    select id, key as field, value ->> 'box' as box from credentials cross join lateral jsonb_each(sealed)
    where account_id = ${accountId} order by id, key`;
  await sql.end();
  return rows.map(({ id, field, box }) => ({ accountId, id, field, box: Buffer.from(box, 'base64') }));
}

/** How many boxes stand under each version, over all accounts. */
export async function countByVersion(databaseUrl: string): Promise<Record<number, number>> {
  const sql = connect(databaseUrl, { max: 1 });
  const rows = await sql<{ version: number; boxes: number }[]>`
    select version, sum(boxes)::integer as boxes from count_boxes() where place <> 'server_secret' group by 1`;
  await sql.end();
  return Object.fromEntries(rows.map(({ version, boxes }) => [version, boxes]));
}
