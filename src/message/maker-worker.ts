import { parentPort, workerData } from 'node:worker_threads';
import { templateFrom, type CompiledTemplate } from './compiled.ts';
import { makeMail, type MakeKeys, type MakeOrder } from './make.ts';
import type { ThreadGroup } from './maker-thread.ts';
import type { Brand } from './sender.ts';

/** The thread that makes mails: told of templates and brands as they come up, it answers each group with its mails. */
const keys = workerData as MakeKeys;
const templates = new Map<number, CompiledTemplate>();
const brands = new Map<number, Brand>();

parentPort!.on('message', (group: ThreadGroup) => void answer(group));

async function answer(group: ThreadGroup): Promise<void> {
  if (group.anew) for (const known of [templates, brands]) known.clear();
  for (const { no, template } of group.templates) templates.set(no, templateFrom(template));
  for (const { no, brand } of group.brands) {
    brands.set(no, { ...brand, render: { ...brand.render, item: () => undefined } });
  }
  const made = await Promise.all(
    group.jobs.map(({ order, template, brand }) =>
      makeMail(
        { order: JSON.parse(order) as MakeOrder, template: templates.get(template)!, brand: brands.get(brand)! },
        keys,
      ),
    ),
  );
  // Their octets are not copied: they are ours no more.
  const octets = made.flatMap((one) => ('mail' in one && isWhole(one.mail.raw) ? [one.mail.raw.buffer] : []));
  parentPort!.postMessage(made, octets as ArrayBuffer[]);
}

/** Has it a piece of memory of its own, which may be given away? */
function isWhole(raw: Buffer): boolean {
  return raw.byteLength === raw.buffer.byteLength;
}
