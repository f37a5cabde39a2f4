import { Messages } from '../src/message/index.ts';
import { openStore } from '../src/store/index.ts';
import { numberFlag } from './figure.ts';
import { partsOf } from './mail-parts.ts';

/** Another process that sends: it says that it is ready, sends what is due once it is told to, and says how much that was. */
const [databaseUrl = '', url = ''] = process.argv.slice(2);
const store = await openStore(databaseUrl);
const messages = new Messages(
  partsOf(store, { url, width: numberFlag('width', 10), makerThreads: numberFlag('threads', 1) }),
);
await messages.templates.compiled(['abandoned-cart']);
console.log('ready');
process.stdin.once('data', () => void send());

async function send(): Promise<void> {
  const cpu = process.cpuUsage();
  const { done } = await messages.work();
  const { user, system } = process.cpuUsage(cpu);
  console.log(JSON.stringify({ done, cpuMs: (user + system) / 1000 }));
  process.exit(0);
}
