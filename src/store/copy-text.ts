import type { Connection, PoolClient, Submittable } from 'pg';

/** Rows are handed on in pieces of about so many bytes. */
const pieceBytes = 1024 * 1024;

/** Rows in PostgreSQL's text form, whole lines. */
export interface Piece {
  rows: number;
  text: Buffer;
}

/**
 * Reads a table as text, piece by piece, by COPY: no more than a piece or two is held, however slow `take` is.
 *
 * @param select SQL without parameters, so nothing foreign may stand in it
 */
export async function copyTextOut(
  client: PoolClient,
  select: string,
  take: (piece: Piece) => Promise<void>,
): Promise<void> {
  let lines: Buffer[] = [];
  let size = 0;
  let taken = Promise.resolve();
  let stream: Connection['stream'] | undefined;
  const hand = () => {
    const piece = { rows: lines.length, text: Buffer.concat(lines) };
    [lines, size] = [[], 0];
    stream?.pause();
    taken = taken.then(() => take(piece)).finally(() => stream?.resume());
    taken.catch(() => {}); // told below
  };
  await new Promise<void>((resolve, reject) => {
    const copy = {
      submit(connection: Connection) {
        ({ stream } = connection);
        connection.query(`copy (${select}) to stdout`);
      },
      handleCopyData({ chunk }: { chunk: Buffer }) {
        lines.push(Buffer.from(chunk));
        size += chunk.length;
        if (size >= pieceBytes) hand();
      },
      handleCommandComplete() {},
      handleReadyForQuery: () => resolve(),
      handleError: (error: Error) => reject(error),
    };
    client.query(copy as unknown as Submittable);
  });
  if (lines.length > 0) hand();
  await taken;
}

/** Writes rows that `copyTextOut` gave. @param into `table (columns)` */
export function copyTextIn(client: PoolClient, into: string, text: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const copy = {
      submit: (connection: Connection) => void connection.query(`copy ${into} from stdin`),
      handleCopyInResponse(connection: Connection & { sendCopyFromChunk(chunk: Buffer): void; endCopyFrom(): void }) {
        connection.sendCopyFromChunk(text);
        connection.endCopyFrom();
      },
      handleCommandComplete() {},
      handleReadyForQuery: () => resolve(),
      handleError: (error: Error) => reject(error),
    };
    client.query(copy as unknown as Submittable);
  });
}
