import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Plan, readPlan } from './check-rooms.ts';

const begin = '<!-- rooms: drawn from rooms.json by `npx tsx tool/draw-rooms.ts`; do not edit by hand -->';
const end = '<!-- /rooms -->';

/** The picture of the house as Markdown: the floors as boxes, and what each room may know. Pure. */
export function drawRooms(plan: Plan): string {
  const floor = (name: Plan['rooms'][number]['floor']) => plan.rooms.filter((room) => room.floor === name);
  const ground = new Set(floor('ground').map(({ name }) => name));
  const known = (may: string[], isGround: boolean) => {
    if (may.length === 0) return '–';
    if (isGround) return may.join(', ');
    return ['ground floor', ...may.filter((name) => !ground.has(name))].join(', ');
  };
  const picture = [
    ...plan.outside.map(({ name, may, says }) => line(`${name}: ${says} (sees ${shortened(may)})`)),
    rule('door'),
    ...floor('door').map(({ name, says }) => line(`${name}: ${says}`)),
    rule('the walk: facts go down, imports go up'),
    ...floor('walk').map(({ name, says }) => line(`${name.padEnd(10)} ${says}`)),
    rule('ground floor'),
    ...floor('ground').map(({ name, says }) => line(`${name.padEnd(10)} ${says}`)),
  ];
  const table = plan.rooms.map(
    ({ name, may, says, floor }) => `| \`${name}\` | ${says} | ${known(may, floor === 'ground')} |`,
  );
  return [
    '```text',
    rule('outside', '┌', '┐'),
    ...picture,
    rule('', '└', '┘'),
    '```',
    '',
    '| room | what | may import, through its `index.ts` |',
    '|---|---|---|',
    ...table,
  ].join('\n');
}

const width = 92;

function line(text: string): string {
  return `│ ${text.padEnd(width - 4)} │`;
}

function rule(title: string, left = '├', right = '┤'): string {
  const head = title === '' ? '' : `─ ${title} `;
  return left + head.padEnd(width - 2, '─') + right;
}

/** `page` with the picture between its markers. Throws when a marker is missing. */
export function withPicture(page: string, plan: Plan): string {
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from === -1 || to < from) throw new Error(`ARCHITECTURE.md has lost its markers ${begin} … ${end}`);
  return `${page.slice(0, from)}${begin}\n\n${drawRooms(plan)}\n\n${page.slice(to)}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = join(process.cwd(), 'ARCHITECTURE.md');
  writeFileSync(path, withPicture(readFileSync(path, 'utf8'), readPlan(process.cwd())));
}

/** `src/api/contract.ts and 5 beside it`: so that a line stays one line. */
function shortened(may: readonly string[]): string {
  return may.length < 3 ? may.join(', ') : `${may[0]} and ${may.length - 1} beside it`;
}
