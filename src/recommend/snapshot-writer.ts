import { Worker } from 'node:worker_threads';
import { crc32 } from 'node:zlib';
import { threadEntry } from '../base/index.ts';
import type { Store } from '../store/index.ts';
import { pieceBytes } from './pack.ts';
import { SnapshotRefused } from './snapshot-head.ts';
import { writePiece } from './table-snapshot.ts';

/** What is written, and where. */
export interface WriteOrder {
  url: string;
  id: string;
  /** How long a writer may be silent before another takes its place, ms. */
  leaseMs: number;
}

/** What comes back from whoever writes: the checksum of each piece, and null for one of zeros, which is not stored. */
export type Written = { sum: number | null } | { failed: string; isRefused: boolean };

/** Takes the pieces of one snapshot, in order, and writes them. */
export interface SnapshotWriter {
  /** The piece belongs to the writer from here on. */
  give(piece: Uint8Array): void;
  /** All is given. @returns the checksums; rejects when one could not be written, or it was stopped */
  end(): Promise<(number | null)[]>;
  stop(): Promise<void>;
}

export type OpenWriter = (order: WriteOrder, onWritten: () => void) => SnapshotWriter;

/**
 * In a worker thread with a connection of its own. Writing half a gigabyte makes garbage wherever it is done, and the
 * collecting of it would be a pause for everybody who asks; here it ends with the thread.
 */
export const openWriter: OpenWriter = (order, onWritten) => {
  const worker = new Worker(threadEntry(import.meta.url, 'snapshot-worker'), { workerData: order });
  const sums: (number | null)[] = [];
  let [given, isAll] = [0, false];
  let settle: { resolve: (sums: (number | null)[]) => void; reject: (error: Error) => void } | null = null;
  const ended = new Promise<(number | null)[]>((resolve, reject) => (settle = { resolve, reject }));
  ended.catch(() => {});
  const look = () => isAll && sums.length === given && settle!.resolve(sums);
  worker.on('message', (message: Written) => {
    if ('failed' in message) {
      settle!.reject(message.isRefused ? new SnapshotRefused(message.failed) : new Error(message.failed));
      return;
    }
    sums.push(message.sum);
    onWritten();
    look();
  });
  worker.on('error', (error: Error) => settle!.reject(error));
  worker.on('exit', () => settle!.reject(new Error('The thread ended before its work')));
  return {
    give: (piece) => {
      given++;
      worker.postMessage(piece, [piece.buffer as ArrayBuffer]);
    },
    end: () => {
      isAll = true;
      look();
      return ended.finally(() => worker.terminate());
    },
    stop: async () => void (await worker.terminate()),
  };
};

const zeros = new Uint8Array(pieceBytes);

/** Writes piece `n`, unless it is all zeros. @throws SnapshotRefused when the lease was lost */
export async function storePiece(
  store: Store,
  { id, leaseMs }: Pick<WriteOrder, 'id' | 'leaseMs'>,
  { n, bytes }: { n: number; bytes: Uint8Array },
): Promise<number | null> {
  if (Buffer.compare(bytes, zeros.subarray(0, bytes.length)) === 0) return null;
  if (!(await writePiece(store, id, { n, bytes, leaseMs }))) throw new SnapshotRefused('Its lease was lost');
  return crc32(bytes);
}
