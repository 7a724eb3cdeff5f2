// What stands under which version of the master key.

import type { Rotation } from './rotation.ts';

export interface BoxCount {
  /** The table; `server_secret` for the server's own. */
  readonly place: string;
  readonly version: number;
  readonly boxes: number;
  readonly accounts: number;
}

export function countBoxes({ sql }: Pick<Rotation, 'sql'>): Promise<BoxCount[]> {
  return sql<BoxCount[]>`
    select place, version, boxes::integer, accounts::integer from count_boxes() order by version, place`;
}

/** "1 secret", "2,000 secrets". */
export function nameSecrets(count: number): string {
  return `${count.toLocaleString('en-GB')} ${count === 1 ? 'secret' : 'secrets'}`;
}
