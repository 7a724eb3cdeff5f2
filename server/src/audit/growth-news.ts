// Tells every node which logs have grown, so that whoever reads them looks again. Behind the commit rather than in it: a
// notification in a transaction makes all commits of the database wait for each other, and wakes every listener each time.

import type { Database } from '../base/db.ts';

/** The first growth after a rest is told at once, and what follows within the next together. */
const restMs = 20;
const namedMax = 150;

/** The accounts whose logs have grown since that was told last. What is lost with a node is made up for by readers. */
export class GrowthNews {
  readonly #db: Pick<Database, 'raw'>;
  readonly #grown = new Set<string>();
  #telling: Promise<void> | null = null;
  #endRest = () => {};
  #stopping = false;

  constructor(db: Pick<Database, 'raw'>) {
    this.#db = db;
  }

  add(accountIds: Iterable<string>): void {
    for (const accountId of accountIds) this.#grown.add(accountId);
    this.#telling ??= this.#tell();
  }

  /** Resolves when all is told. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#endRest();
    await this.#telling;
  }

  async #tell(): Promise<void> {
    while (this.#grown.size > 0) {
      const accountIds = [...this.#grown];
      this.#grown.clear();
      // '*' stands for more accounts than a notification holds.
      const payload = accountIds.length > namedMax ? '*' : accountIds.join(' ');
      await this.#db.raw`select pg_notify('keytrail_events', ${payload})`.catch(() => {});
      if (!this.#stopping) await this.#rest();
    }
    this.#telling = null;
  }

  #rest(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, restMs).unref();
      this.#endRest = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
