import { rmSync } from 'node:fs';
import { quietLog } from '../src/base/index.ts';
import { launch } from '../src/store/index.ts';
import { audienceFigures } from './audience-part.ts';
import { passingFolder } from './folder.ts';

/** The figures of audiences alone: `npm run bench -- audience`. */
const dataDir = passingFolder();
const database = await launch({ dataDir, log: quietLog, say: () => {} });
try {
  await audienceFigures(database.url);
} finally {
  await database.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
