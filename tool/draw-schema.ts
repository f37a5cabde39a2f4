import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { journeyJsonSchema } from '../src/journey/index.ts';

/** Writes the JSON Schema of a journey beside the form that it is made of: npx tsx tool/draw-schema.ts */
const root = fileURLToPath(new URL('..', import.meta.url));
writeFileSync(join(root, 'src/journey/journey.schema.json'), `${JSON.stringify(journeyJsonSchema(), null, 2)}\n`);
