import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Finding, lineOf, type Source, sourcesBelow, tell } from './source.ts';

/** rooms.json: the rooms in order, what each may import, and who stands outside. */
export interface Plan {
  rooms: { name: string; floor: 'ground' | 'walk' | 'door'; may: string[]; says: string }[];
  outside: { name: string; may: string[]; says: string }[];
}

/** One import of a file, wherever it is written: static, bare, dynamic, or an export from elsewhere. */
export interface Import {
  specifier: string;
  line: number;
}

/** Files at the root of `src` join the rooms (`app.ts` above all) and therefore know them all. */
function joins(path: string): boolean {
  return /^src\/[^/]+$/.test(path);
}

export function readPlan(root: string): Plan {
  return JSON.parse(readFileSync(join(root, 'rooms.json'), 'utf8')) as Plan;
}

const importForms = [
  /\bfrom\s*(?=["'])/g, // import … from, export … from
  /\bimport\s*(?=["'])/g, // import './x'
  /\bimport\s*\(\s*(?=["'`])/g, // import('./x')
];

/** Every import of a source. A dynamic import of something computed is reported as `?`. */
export function importsOf({ text, code, literals }: Source): Import[] {
  const found: Import[] = [];
  const byStart = new Map(literals.map((literal) => [literal.at, literal.value]));
  for (const form of importForms) {
    for (const match of code.matchAll(form)) {
      const specifier = byStart.get(match.index + match[0].length);
      if (specifier !== undefined) found.push({ specifier, line: lineOf(text, match.index) });
    }
  }
  for (const match of code.matchAll(/\bimport\s*\((?!\s*["'`])/g)) {
    found.push({ specifier: '?', line: lineOf(text, match.index) });
  }
  return found.sort((a, b) => a.line - b.line);
}

/** All imports that go where they may not, with what the file may import instead. */
export function checkRooms(root: string): Finding[] {
  const plan = readPlan(root);
  const sources = ['src', 'studio', 'shop', 'test', 'bench'].flatMap((folder) => sourcesBelow(root, folder));
  if (sources.length === 0) return [{ path: 'rooms.json', line: 1, says: 'no source was found to look at' }];
  return [...planFindings(plan), ...sources.flatMap((file) => fileFindings(plan, file))];
}

/** The plan itself: a room may import only rooms before it, so that no two import each other. */
function planFindings(plan: Plan): Finding[] {
  const before = new Set<string>();
  const findings: Finding[] = [];
  for (const room of plan.rooms) {
    for (const name of room.may) {
      if (!before.has(name)) {
        findings.push({
          path: 'rooms.json',
          line: 1,
          says: `room ${room.name} may not know ${name}, which comes later`,
        });
      }
    }
    before.add(room.name);
  }
  return findings;
}

function fileFindings(plan: Plan, file: Source): Finding[] {
  return importsOf(file).flatMap(({ specifier, line }) => {
    if (specifier === '?') {
      return file.path.startsWith('src/') && !joins(file.path)
        ? [
            {
              path: file.path,
              line,
              says: 'imports something computed; the rooms can only be checked when it is named',
            },
          ]
        : [];
    }
    if (!specifier.startsWith('.')) return [];
    const target = normalize(join(dirname(file.path), specifier)).replaceAll('\\', '/');
    const says = verdict(plan, file.path, target);
    return says === null ? [] : [{ path: file.path, line, says: `imports ${target}; ${says}` }];
  });
}

/** Why `from` may not import `target` (both from the root); null when it may. */
function verdict(plan: Plan, from: string, target: string): string | null {
  const room = roomOf(plan, from);
  if (room) return roomVerdict(plan, room, { target, isTest: /\.test\.tsx?$/.test(from) });
  const outside = plan.outside.find(({ name }) => from.startsWith(`${name}/`));
  if (outside) return outsideVerdict(outside, target);
  if (from.startsWith('src/')) {
    return joins(from) ? null : 'no room; put it into one, or join in app.ts';
  }
  // What supports the tests prepares the ground floor (a server, a mailbox), so it may look behind those doors only.
  const behindGround = from.startsWith('test/support/') && roomOf(plan, target)?.floor === 'ground';
  return behindGround ? null : throughDoor(plan, target);
}

function roomOf(plan: Plan, path: string) {
  return plan.rooms.find(({ name }) => path.startsWith(`src/${name}/`));
}

function roomVerdict(plan: Plan, room: Plan['rooms'][number], { target, isTest }: { target: string; isTest: boolean }) {
  if (target.startsWith(`src/${room.name}/`)) return null;
  if (isTest && target.startsWith('test/support/')) return null;
  const other = roomOf(plan, target);
  const may = room.may.length === 0 ? 'nothing' : room.may.join(', ');
  if (!other) return `${room.name} may import ${may}, and nothing that lies outside the rooms`;
  if (!room.may.includes(other.name))
    return `${room.name} may import ${may}; to be told of later things it offers a slot`;
  return target === `src/${other.name}/index.ts` ? null : `${other.name} is entered by src/${other.name}/index.ts only`;
}

function outsideVerdict(outside: Plan['outside'][number], target: string) {
  if (target.startsWith(`${outside.name}/`) || outside.may.includes(target)) return null;
  if (target.startsWith('test/support/')) return null;
  return `${outside.name} may import ${outside.may.join(', ')} and nothing else of the server`;
}

function throughDoor(plan: Plan, target: string) {
  const room = roomOf(plan, target);
  if (!room || target === `src/${room.name}/index.ts` || target === 'src/api/contract.ts') return null;
  return `tests and benches enter ${room.name} by src/${room.name}/index.ts`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = tell('rooms', checkRooms(process.argv[2] ?? process.cwd()), console.log);
}
