// Connections that are taken in order rather than in turn: the one that was used a moment ago has its plans and its memory
// at hand, and on a server with little to do it is free again. A pool takes them in turn, so that none is ever warm.

import type { Sql } from 'postgres';

/** A few connections for one kind of work, the first of them used most. */
export class Lanes {
  readonly #lanes: { readonly sql: Sql; underWay: number }[];

  /** @param clients in the order in which they are taken. They are closed with the lanes. */
  constructor(clients: readonly Sql[]) {
    this.#lanes = clients.map((sql) => ({ sql, underWay: 0 }));
  }

  /** Runs `work` on the first that is free; where none is, on the one with the least to do. */
  async use<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    const lane = this.#lanes.reduce((least, other) => (other.underWay < least.underWay ? other : least));
    lane.underWay += 1;
    try {
      return await work(lane.sql);
    } finally {
      lane.underWay -= 1;
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#lanes.map(({ sql }) => sql.end({ timeout: 5 })));
  }
}
