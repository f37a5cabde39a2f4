import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quietLog } from '../src/base/index.ts';
import { launch } from '../src/store/index.ts';
import { audienceFigures } from './audience-part.ts';

/** The figures of audiences alone: `npm run bench -- audience`. */
const dataDir = mkdtempSync(join(tmpdir(), 'beckon-bench-'));
const database = await launch({ dataDir, log: quietLog, say: () => {} });
try {
  await audienceFigures(database.url);
} finally {
  await database.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
