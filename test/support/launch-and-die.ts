import { Client } from 'pg';
import { quietLog } from '../../src/base/index.ts';
import { launch } from '../../src/store/launch.ts';

/** Launches on the folder given, commits one row, and dies without a word, as a process does when it is killed. */
async function main(): Promise<void> {
  const { url } = await launch({ dataDir: process.argv[2]!, log: quietLog, say: () => {} });
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query('create table if not exists kept (n integer)');
  await client.query('insert into kept values (1)');
  process.stdout.write('launched\n', () => process.kill(process.pid, 'SIGKILL'));
}

void main();
