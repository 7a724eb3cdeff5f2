// Re-wraps the data keys of every account, in batches: each row is exchanged only if it still is as it was read, so nobody's
// edit is lost, and a run that is cut off is carried on by the next.

import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '@keytrail/shared/errors';
import { readKeyVersion, rewrap } from '../base/envelope.ts';
import type { SealedField } from '../base/schema.ts';
import { countBoxes } from './boxes.ts';
import { recordRewrap } from './rewrap-event.ts';
import type { Rotation } from './rotation.ts';

type Sealed = Record<string, SealedField>;

interface Row {
  readonly account_id: string;
  readonly id: string;
  readonly sealed: Sealed;
}

const batchRows = 200;
const nil = '00000000-0000-0000-0000-000000000000';
/** How often rows that somebody is changing are tried again. */
const idleRoundsMax = 50;
const roundPauseMs = 200;
const freshMs = 5000;

/** Answers how many boxes are left that do not open under their version; all others stand under the one that seals. */
export async function rewrapBoxes(rotation: Rotation, onExchanged: (boxes: number) => void): Promise<{ left: number }> {
  const sealing = rotation.keyring.getSealing();
  for (let idle = 0; ; ) {
    const round = await rewrapRound(rotation, onExchanged);
    const left = (await countBoxes(rotation)).filter(
      (count) => count.version !== sealing && count.place !== 'server_secret',
    );
    const boxes = left.reduce((sum, count) => sum + count.boxes, 0);
    idle = round.exchanged > 0 ? 0 : idle + 1;
    if (boxes <= round.unreadable || idle > idleRoundsMax) return { left: boxes };
    await sleep(roundPauseMs);
  }
}

interface Round {
  exchanged: number;
  unreadable: number;
}

/** Once over every row. */
async function rewrapRound(rotation: Rotation, onExchanged: (boxes: number) => void): Promise<Round> {
  const round: Round = { exchanged: 0, unreadable: 0 };
  const [places] = await rotation.sql<{ names: string[] }[]>`select sealed_tables() as names`;
  for (const place of places?.names ?? []) {
    let last: Pick<Row, 'account_id' | 'id'> = { account_id: nil, id: nil };
    for (;;) {
      const rows = await rotation.sql<Row[]>`
        select account_id, id, sealed from boxes_to_rewrap(${place}, ${last.account_id}, ${last.id}, ${batchRows})`;
      const end = rows.at(-1);
      if (end === undefined) break;
      last = end;
      await stayFresh(rotation);
      await rewrapBatch(rotation, place, rows, round, onExchanged);
    }
  }
  return round;
}

/** A long run outlives what was known of the keys at its start. */
async function stayFresh({ keyring }: Rotation): Promise<void> {
  if (keyring.ageMs() > freshMs) await keyring.refresh();
}

async function rewrapBatch(
  rotation: Rotation,
  place: string,
  rows: readonly Row[],
  round: Round,
  onExchanged: (boxes: number) => void,
): Promise<void> {
  const version = rotation.keyring.getSealing();
  const moved = rows.map((row) => ({ row, ...rewrapRow(rotation, row) }));
  round.unreadable += moved.reduce((sum, { unreadable }) => sum + unreadable, 0);
  const changed = moved.filter(({ boxes }) => boxes > 0);
  for (const accountId of new Set(changed.map(({ row }) => row.account_id))) {
    await recordRewrap(rotation, accountId, version);
  }
  const given = changed.map(({ row, sealed }) => ({
    account: row.account_id,
    id: row.id,
    old: row.sealed,
    new: sealed,
  }));
  if (given.length === 0) return;
  const [answer] = await rotation.sql<{ exchanged: number }[]>`
    select exchange_boxes(${place}, ${JSON.stringify(given)}::text::jsonb) as exchanged`;
  const exchanged = answer?.exchanged ?? 0;
  round.exchanged += exchanged;
  // Rows that were skipped are few; as a measure of progress this is near enough.
  const boxes = changed.reduce((sum, { boxes: ofRow }) => sum + ofRow, 0);
  onExchanged(Math.round((boxes * exchanged) / changed.length));
}

/** A field that does not open stays as it is, and does not keep the others from going on. */
function rewrapRow({ keyring }: Rotation, row: Row): { sealed: Sealed; boxes: number; unreadable: number } {
  const sealed: Sealed = { ...row.sealed };
  let boxes = 0;
  let unreadable = 0;
  for (const [field, { version, box }] of Object.entries(row.sealed)) {
    // The owner's webhook holds it.
    if (box === null) continue;
    const context = { accountId: row.account_id, credentialId: row.id, field, version };
    try {
      const old = Buffer.from(box, 'base64');
      if (readKeyVersion(old) === keyring.getSealing()) continue;
      sealed[field] = { version, box: rewrap(keyring, context, old).toString('base64') };
      boxes++;
    } catch (error) {
      // The key is away, not the box broken: the run ends here, and the next goes on.
      if (error instanceof AppError) throw error;
      unreadable++;
    }
  }
  return { sealed, boxes, unreadable };
}
