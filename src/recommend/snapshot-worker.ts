import { parentPort, workerData } from 'node:worker_threads';
import { openStore, type Store } from '../store/index.ts';
import { SnapshotRefused } from './snapshot-head.ts';
import { storePiece, type Written, type WriteOrder } from './snapshot-writer.ts';

/** The thread that writes a snapshot: takes pieces and writes one after the other, until it is ended. */
const order = workerData as WriteOrder;
const opened = openStore(order.url, { connections: 1 });
let queue: Promise<unknown> = opened;
let given = 0;

parentPort!.on('message', (bytes: Uint8Array) => {
  const n = given++;
  queue = queue.then(async () => say(await write(await opened, n, bytes)));
});
opened.catch((error: unknown) => say(failed(error)));

async function write(store: Store, n: number, bytes: Uint8Array): Promise<Written> {
  try {
    return { sum: await storePiece(store, order, { n, bytes }) };
  } catch (error) {
    return failed(error);
  }
}

function failed(error: unknown): Written {
  return { failed: (error as Error).message, isRefused: error instanceof SnapshotRefused };
}

function say(message: Written): void {
  parentPort!.postMessage(message, []);
}
