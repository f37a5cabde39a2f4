import { parentPort, workerData } from 'node:worker_threads';
import { elapsed } from '../base/index.ts';
import type { DescribedItem } from './content-text.ts';
import type { FeedBatch } from './follower.ts';
import { Past, type ReplayOrder, replaying } from './backtest-past.ts';

/** The thread of one replay: takes lessons until it is told to go, then says how far it is, and ends with the result. */
const order = workerData as ReplayOrder;
const past = new Past(order.task);
const sayEveryMs = 300;

type Message = { lessons: FeedBatch['lessons'] } | { items: readonly DescribedItem[] } | { go: true };

parentPort!.on('message', (message: Message) => {
  if ('lessons' in message) past.add(message.lessons);
  else if ('items' in message) past.describe(message.items);
  else go();
});

function go(): void {
  const work = replaying(order, past);
  let saidAt = 0;
  for (;;) {
    const step = work.next();
    if (step.done) {
      parentPort!.postMessage({ result: step.value }, []);
      parentPort!.close();
      return;
    }
    if (elapsed() - saidAt < sayEveryMs) continue;
    saidAt = elapsed();
    parentPort!.postMessage({ progress: step.value }, []);
  }
}
