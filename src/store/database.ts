import { Pool, types, type PoolClient, type QueryConfig, type QueryResult } from 'pg';
import { BeckonError, point } from '../base/index.ts';
import { errors } from './error.ts';

/** One statement. `name` makes it a prepared statement, for hot paths. */
export interface Statement {
  name?: string;
  text: string;
  values?: readonly unknown[];
}

/** Anything that runs statements: the pool, or a transaction. */
export interface Runner {
  /** Runs one statement and gives its rows. */
  rows<T>(statement: Statement): Promise<T[]>;
  /** Runs one statement and gives how many rows it touched. */
  run(statement: Statement): Promise<number>;
}

/** A transaction: statements in it take effect together or not at all. */
export interface Tx extends Runner {
  /** Runs after the commit, in order; never after a rollback. For waking readers, not for durable effects. */
  afterCommit(work: () => void): void;
}

/** The database as the rooms see it. */
export interface Store extends Runner {
  /**
   * Runs `work` in one transaction (READ COMMITTED) and commits. Tries again, at most five times, when the database
   * says serialization failure or deadlock (40001, 40P01); so `work` must have no effects but through its `tx`.
   */
  inTransaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** The connection string, for tools. */
  readonly url: string;
  readonly pool: Pool;
  close(): Promise<void>;
}

// int8 and numeric come as text by default; our counts and minor units fit a double exactly (< 2^53).
types.setTypeParser(20, Number);
types.setTypeParser(1700, Number);

export interface StoreOptions {
  connections?: number;
  /** Statements of a transaction that nobody waits for in between go out together. */
  pipeline?: boolean;
}

/** Opens a pool on `url`. Fails with STORE_UNREACHABLE when no connection can be made. */
export async function openStore(url: string, options: StoreOptions = {}): Promise<Store> {
  const { connections = 10, pipeline = false } = options;
  const pool = new Pool({ connectionString: url, max: connections, application_name: 'beckon', pipeline });
  pool.on('error', () => {}); // an idle connection that dies is replaced at its next use
  // One that dies between two statements of a transaction tells nobody else: unheard, it would end the whole process. The
  // next statement on it fails, and with it the transaction.
  pool.on('connect', (client) => client.on('error', () => {}));
  try {
    (await pool.connect()).release();
  } catch (cause) {
    await pool.end();
    throw new BeckonError(
      errors.STORE_UNREACHABLE,
      `No connection to PostgreSQL at ${withoutPassword(url)}: ${reason(cause)}`,
      { cause },
    );
  }
  const runner = runnerOn((statement) =>
    answerOf(pool, statement).catch((error: unknown) => {
      if (!isOutgrown(error)) throw error;
      return answerOf(pool, { text: statement.text, values: statement.values ?? [] });
    }),
  );
  return {
    ...runner,
    url,
    pool,
    inTransaction: (work) => inTransaction(pool, work),
    close: () => pool.end(),
  };
}

type Ask = (statement: { name?: string; text: string; values?: unknown[] }) => Promise<QueryResult>;

function runnerOn(query: Ask): Runner {
  const send = ({ name, text, values }: Statement) =>
    query({ text, ...(name === undefined ? {} : { name }), values: (values ?? []) as unknown[] });
  return {
    rows: async <T>(statement: Statement) => (await send(statement)).rows as T[],
    run: async (statement) => (await send(statement)).rowCount ?? 0,
  };
}

/** The pool, or one of its clients. */
interface Connection {
  query(config: QueryConfig, done: (error: Error, result: QueryResult) => void): void;
}

/**
 * The driver's answer by its callback. By its own promise, what a statement has answered is held beyond the next
 * collection of young objects, so that rows nobody looks at any more are copied and grow old.
 */
function answerOf(connection: Connection, statement: QueryConfig): Promise<QueryResult> {
  const answer = new Promise<QueryResult>((resolve, reject) => {
    connection.query(statement, (error, result) => (error ? reject(error) : resolve(result)));
  });
  return answer.catch((error: Error) => {
    Error.captureStackTrace(error, answerOf); // who asked, and not the socket
    throw error;
  });
}

/** Somebody goes on with a transaction that has ended; outside of it nothing may be written. */
class TransactionOver extends Error {
  override readonly name = 'TransactionOver';
  override readonly message = 'The transaction has ended';
}

async function inTransaction<T>(pool: Pool, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const client = await pool.connect();
    const after: (() => void)[] = [];
    let broken = false;
    const ask = asking(client);
    let isOver = false;
    const within: Ask = (statement) => (isOver ? Promise.reject(new TransactionOver()) : ask(statement));
    try {
      // Where the connection takes more than one at a time, this goes out with the first statement.
      const begun = ask({ text: 'begin' });
      begun.catch(() => {});
      const result = await work({ ...runnerOn(within), afterCommit: (f) => after.push(f) });
      await begun;
      isOver = true;
      point('store.before-commit');
      await ask({ text: 'commit' });
      for (const f of after) f();
      return result;
    } catch (error) {
      // What was asked for beside what failed comes before this, and nothing comes after it.
      isOver = true;
      await ask({ text: 'rollback' }).catch(() => (broken = true));
      // A new connection prepares its statements anew.
      if (isOutgrown(error)) broken = true;
      if (attempt >= 5 || !(isTransient(error) || isOutgrown(error))) throw error;
    } finally {
      client.release(broken);
    }
  }
}

/** Statements of one connection are answered in the order of asking; with a pipeline what is asked in one go leaves in one piece. */
function asking(client: PoolClient): Ask {
  if (client.pipeline) {
    const { stream } = client.connection;
    return (statement) => {
      stream.cork();
      process.nextTick(() => stream.uncork());
      return answerOf(client, statement);
    };
  }
  let before: Promise<unknown> = Promise.resolve();
  return (statement) => {
    const mine = before.then(() => answerOf(client, statement));
    before = mine.catch(() => {});
    return mine;
  };
}

/** Serialization failure or deadlock: trying the whole transaction again may succeed. */
export function isTransient(error: unknown): boolean {
  const code = (error as { code?: string }).code;
  return code === '40001' || code === '40P01';
}

/**
 * A newer version has changed a table since this connection prepared the statement, which gives all its columns (trust row
 * 69); PostgreSQL refuses it before it does anything.
 */
function isOutgrown(error: unknown): boolean {
  const { code, routine } = error as { code?: string; routine?: string };
  return code === '0A000' && routine === 'RevalidateCachedQuery';
}

/** The same address with its password hidden, for messages. */
export function withoutPassword(url: string): string {
  return url.replace(/\/\/([^:/@]*):[^@]*@/, '//$1:***@');
}

function reason(cause: unknown): string {
  const error = cause as { message?: string; code?: string; errors?: Error[] };
  return error.message || error.errors?.[0]?.message || error.code || String(cause);
}
