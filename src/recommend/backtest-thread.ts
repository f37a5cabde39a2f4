import { Worker } from 'node:worker_threads';
import { threadEntry } from '../base/index.ts';
import type { DescribedItem } from './content-text.ts';
import type { FeedBatch } from './follower.ts';
import type { BacktestProgress } from './backtest.ts';
import type { ReplayOrder } from './backtest-past.ts';
import type { Replay } from './table-backtest.ts';

/** Where a replay is done; a thread in production, so that no request waits for it. */
export interface ReplayThread {
  give(lessons: FeedBatch['lessons']): void;
  /** What the catalogue says of items. */
  describe(items: readonly DescribedItem[]): void;
  /** All is given. Resolves with the result; rejects when the thread fails or is stopped. */
  go(): Promise<Replay['result']>;
  stop(): Promise<void>;
}

export type OpenThread = (order: ReplayOrder, onProgress: (progress: BacktestProgress) => void) => ReplayThread;

/** In a worker thread. */
export const openThread: OpenThread = (order, onProgress) => {
  const worker = new Worker(threadEntry(import.meta.url, 'backtest-worker'), {
    workerData: order,
    resourceLimits: { maxOldGenerationSizeMb: 2048 },
  });
  let settle: { resolve: (result: Replay['result']) => void; reject: (error: Error) => void } | null = null;
  const result = new Promise<Replay['result']>((resolve, reject) => (settle = { resolve, reject }));
  result.catch(() => {});
  worker.on('message', (message: { progress: BacktestProgress } | { result: Replay['result'] }) => {
    if ('progress' in message) onProgress(message.progress);
    else settle!.resolve(message.result);
  });
  worker.on('error', (error: Error) => settle!.reject(error));
  worker.on('exit', () => settle!.reject(new Error('The thread ended before its work')));
  worker.unref();
  return {
    give: (lessons) => worker.postMessage({ lessons }, []),
    describe: (items) => worker.postMessage({ items }, []),
    go: () => {
      worker.postMessage({ go: true }, []);
      return result;
    },
    stop: async () => void (await worker.terminate()),
  };
};
