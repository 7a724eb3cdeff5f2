// The database connections: one driver, a pool for each kind of work, and the account that a transaction may see.

import { sql } from 'drizzle-orm';
import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres, { type Sql } from 'postgres';
import { Lanes } from './lanes.ts';

/** A postgres:// address, or the parts of one for the embedded server's socket. */
export type DatabaseTarget =
  | string
  | {
      readonly host: string;
      readonly port: number;
      readonly username: string;
      readonly password: string;
      readonly database: string;
    };

export type Drizzle = PostgresJsDatabase;
/** A transaction that sees one account's rows. */
export type Transaction = Parameters<Parameters<Drizzle['transaction']>[0]>[0];

export interface Database {
  /** Everything but the log's queries. Drizzle changes its client's parsers, so the client is its own. */
  readonly drizzle: Drizzle;
  /** Single statements outside of an account's transaction, LISTEN, and locks that a connection holds. */
  readonly raw: Sql;
  /** The batches of the append queue, of which few are under way at once. */
  readonly appends: Lanes;
  /** Queries over the log, with the planner settings that keep them on their indexes. */
  readonly reader: Sql;
  /** Pruning, under the role that may do that and nothing else. */
  readonly retention: Drizzle;
  /** The accounts are spread over the workers of a Citus cluster; see `base/distribution`. */
  readonly distributed: boolean;
  close(): Promise<void>;
}

/** Sees every statement on its way to the database, with the values of its parameters and the number of its connection. */
export type StatementListener = (statement: string, parameters: readonly unknown[], connection: number) => void;

// Row estimates mislead the planner: accounts differ a thousandfold in size and columns are correlated. With these
// it walks the index in order, which is right for every page of the log.
const readerSettings = {
  plan_cache_mode: 'force_custom_plan',
  enable_sort: 'off',
  enable_bitmapscan: 'off',
  enable_seqscan: 'off',
  // What is switched off above counts as endlessly dear, for which Postgres would compile every query anew.
  jit: 'off',
};

// The search looks up what is rare by indexes that are read as bitmaps, and allows that for itself; but what a function
// sets reaches no worker.
const workerSettings = { ...readerSettings, enable_bitmapscan: 'on' };

// What waits for something that never comes gives up: a node that vanished in the middle of a change holds its rows.
const patience = {
  lock_timeout: '5s',
  statement_timeout: '30s',
  idle_in_transaction_session_timeout: '10s',
};

/** Opens the pools as the app's role. Connections are made on first use. */
export function openDatabase(
  target: DatabaseTarget,
  { distributed = false, onStatement }: { distributed?: boolean; onStatement?: StatementListener | undefined } = {},
): Database {
  const app = { role: 'keytrail_app', settings: patience, onStatement };
  const client = connect(target, { ...app, max: 8 });
  const raw = connect(target, { ...app, max: 4 });
  // Where every account's appends are a call of their own, many are under way at once.
  const appends = new Lanes((distributed ? [12] : [1, 1]).map((max) => connect(target, { ...app, max })));
  const reader = connect(target, { ...app, max: 6, settings: { ...patience, ...readerSettings } });
  const retention = connect(target, {
    max: 1,
    role: 'keytrail_retention',
    settings: { ...patience, statement_timeout: '10min' },
    onStatement,
  });
  return {
    drizzle: drizzle(client),
    raw,
    appends,
    reader,
    retention: drizzle(retention),
    distributed,
    close: async () => {
      const pools = [client, raw, reader, retention].map((pool) => pool.end({ timeout: 5 }));
      await Promise.all([...pools, appends.close()]);
    },
  };
}

// Instants go as they were written: by way of a Date, the driver's own way, they would lose their microseconds.
const instant = {
  to: 1184,
  from: [1082, 1114, 1184],
  serialize: (value: string | Date) => (typeof value === 'string' ? value : value.toISOString()),
  parse: (text: string) => new Date(text),
};

/**
 * Opens one pool. `role` is what its connections work as; absent, the user that the target names. A null
 * `idleTimeout` keeps its connections for good, for locks that live as long as they do.
 */
export function connect(
  target: DatabaseTarget,
  options: {
    max: number;
    role?: string;
    settings?: Record<string, string>;
    idleTimeout?: null;
    onStatement?: StatementListener | undefined;
  },
): Sql {
  const { onStatement } = options;
  const common = {
    max: options.max,
    connect_timeout: 5,
    ...(options.idleTimeout === null ? { max_lifetime: null } : { idle_timeout: 300 }),
    onnotice: () => {},
    ...(onStatement === undefined
      ? {}
      : {
          debug: (connection: number, statement: string, values: unknown[]) =>
            onStatement(statement, values, connection),
        }),
    types: { instant },
    connection: {
      application_name: 'keytrail',
      ...(options.role === undefined ? {} : { role: options.role }),
      ...options.settings,
    },
  };
  return typeof target === 'string' ? postgres(target, common) : postgres({ ...target, ...common });
}

/** Runs `work` in a transaction that sees only this account's rows, whatever its queries ask for. */
export function withAccount<T>(db: Database, accountId: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
  return db.drizzle.transaction(async (tx) => {
    // Sent together, carried out in order.
    await Promise.all(toAccountSettings(db, accountId).map((setting) => tx.execute(sql.raw(setting))));
    return work(tx);
  });
}

/** The same for a query over the log, on the reader's pool. */
export function readAsAccount<T>(
  db: Database,
  accountId: string,
  work: (tx: postgres.TransactionSql) => Promise<T>,
): Promise<T> {
  return db.reader.begin('read only', async (tx) => {
    const settings = toAccountSettings(db, accountId, workerSettings);
    await Promise.all(settings.map((setting) => tx.unsafe(setting)));
    return work(tx);
  }) as Promise<T>; // postgres.js wraps the result in a type that unwraps arrays of queries; ours is none.
}

/**
 * Asks one function that names the account by itself, before anything else; a single round trip. On a cluster the
 * workers have to be told, too.
 */
export function askAsAccount<T>(db: Database, accountId: string, ask: (sql: postgres.ISql) => Promise<T>): Promise<T> {
  if (!db.distributed) return ask(db.raw);
  return db.raw.begin('read only', async (tx) => {
    await Promise.all(toAccountSettings(db, accountId).map((setting) => tx.unsafe(setting)));
    return ask(tx);
  }) as Promise<T>; // As above.
}

/** From here to the end of the transaction, what is SET LOCAL holds on the workers of a cluster as well. */
export const propagateSettings = "SET LOCAL citus.propagate_set_commands TO 'local'";

// Statements rather than set_config(): a cluster propagates the one and not the other, and each by itself, since it
// sends a worker the whole text that the statement came in. A pool's own settings do not reach the workers: what they
// plan by goes along. SET takes no parameters, hence the check.
function toAccountSettings(
  { distributed }: Pick<Database, 'distributed'>,
  accountId: string,
  planning: Record<string, string> = {},
): string[] {
  if (!/^[0-9a-f-]{36}$/.test(accountId)) throw new Error('an account id is a UUID');
  const account = `SET LOCAL keytrail.account_id = '${accountId}'`;
  if (!distributed) return [account];
  const planned = Object.entries(planning).map(([name, value]) => `SET LOCAL ${name} = '${value}'`);
  return [propagateSettings, account, ...planned];
}

/** True when an error means that the database cannot be reached now, rather than that it refused. */
export function isDatabaseAway(error: unknown): boolean {
  const code = findCode(error);
  return code !== null && (awayCodes.has(code) || code.startsWith('08'));
}

/** True when the work of others was in the way, or took too long: the same again may succeed. */
export function isDatabaseBusy(error: unknown): boolean {
  return busyCodes.has(findCode(error) ?? '');
}

// Serialization, deadlock, lock timeout, statement timeout.
const busyCodes = new Set(['40001', '40P01', '55P03', '57014']);

/** The SQLSTATE or system code of an error, found through the wrappers that Drizzle adds; null if there is none. */
export function findCode(error: unknown): string | null {
  for (let current = error; current instanceof Error; current = current.cause) {
    if ('code' in current && typeof current.code === 'string' && !('public' in current)) return current.code;
  }
  return null;
}

const awayCodes = new Set([
  'ECONNREFUSED',
  'ECONNABORTED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  '25006', // read-only: a standby that was promoted elsewhere
  '53300', // too many connections
  '57P01', // admin shutdown
  '57P02', // crash shutdown
  '57P03', // starting up
  '57P05', // idle session ended
]);
