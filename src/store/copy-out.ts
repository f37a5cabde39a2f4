import type { Connection, PoolClient, Submittable } from 'pg';
import type { Store } from './database.ts';

/** Before the first row of a binary COPY: a signature, flags, and the length of an extension that is empty. */
const headBytes = 19;

/**
 * Reads rows of a whole number and bytes as PostgreSQL has them, one after the other: a COPY in its binary form. By an
 * ordinary query the bytes would come as text of twice the length, and be read as text.
 *
 * @param select SQL of two columns, integer and bytea; it cannot have parameters, so nothing foreign may stand in it
 * @param take is called for each row; the bytes are good only until it returns. What it throws ends the reading
 */
export async function readBytes(
  store: Store,
  select: string,
  take: (n: number, bytes: Uint8Array) => void,
): Promise<void> {
  const client = await store.pool.connect();
  try {
    await copyOut(client, select, take);
    client.release();
  } catch (error) {
    client.release(true); // rows that nobody wants may still be on their way
    throw error;
  }
}

function copyOut(client: PoolClient, select: string, take: (n: number, bytes: Uint8Array) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let isFirst = true;
    // What pg calls on a query of one's own; it is documented by its use in pg-cursor and pg-query-stream.
    const copy = {
      submit: (connection: Connection) => void connection.query(`copy (${select}) to stdout (format binary)`),
      handleCopyData({ chunk }: { chunk: Buffer }) {
        try {
          const row = isFirst ? chunk.subarray(headBytes) : chunk;
          isFirst = false;
          if (row.length > 2 && row.readInt16BE(0) === 2) takeRow(row, take);
        } catch (error) {
          reject(error as Error);
        }
      },
      handleCommandComplete() {},
      handleReadyForQuery: () => resolve(),
      handleError: (error: Error) => reject(error),
    };
    client.query(copy as unknown as Submittable);
  });
}

/** Number of columns (two bytes), then each column after its length (four bytes). */
function takeRow(row: Buffer, take: (n: number, bytes: Uint8Array) => void): void {
  const n = row.readInt32BE(6);
  const length = row.readInt32BE(10);
  take(n, row.subarray(14, 14 + length));
}
