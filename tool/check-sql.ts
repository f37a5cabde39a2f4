import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Finding, lineOf, type Source, sourcesBelow, tell } from './source.ts';

/**
 * SQL that a PostgreSQL-compatible distributed database does not have, or has as something else (docs/scale.md). Each rule names
 * what to do instead; where one PostgreSQL is worth an exception, tool/exceptions.json has it with its reason.
 */
const rules: readonly { word: string; pattern: RegExp; instead: string }[] = [
  { word: 'advisory locks', pattern: /\bpg_(?:try_)?advisory/i, instead: 'a row with a lease and a fence' },
  {
    word: 'listen and notify',
    pattern: /^\s*(?:listen|notify|unlisten)\s+\w|\bpg_notify\s*\(/im,
    instead: 'a look now and then',
  },
  {
    word: 'triggers',
    pattern: /\bcreate\s+(?:or\s+replace\s+)?(?:constraint\s+)?trigger\b/i,
    instead: 'the statement that writes',
  },
  { word: 'ctid', pattern: /\bctid\b/i, instead: 'the primary key' },
  { word: 'who holds a row', pattern: /\bxm(?:in|ax)\b|\bpg_snapshot_xmin\b/i, instead: 'a lock of the row' },
  {
    word: 'generated numbers',
    pattern: /\b(?:big|small)?serial\b|\bas\s+identity\b|\bnextval\s*\(/i,
    instead: 'a UUIDv7 that the application makes',
  },
  {
    word: 'functions of our own',
    pattern: /\bcreate\s+(?:or\s+replace\s+)?function\b/i,
    instead: 'the expression itself',
  },
  { word: 'extensions', pattern: /\bcreate\s+extension\b/i, instead: 'what every PostgreSQL has' },
  {
    word: 'unlogged or temporary tables',
    pattern: /\bcreate\s+(?:unlogged|temp(?:orary)?)\s+table\b/i,
    instead: 'a table',
  },
  {
    word: 'indexes besides btree, GIN and BRIN',
    pattern: /\busing\s+(?:gist|spgist|hash)\b/i,
    instead: 'btree or GIN',
  },
];

/** `path` → word of a rule → why it stands there nevertheless. */
type Exceptions = Record<string, Record<string, string>>;

/** Texts of the server that are SQL. */
function statements(file: Source) {
  const isSql =
    /\b(?:select|insert\s+into|delete\s+from|create\s+\w+|alter\s+\w+|truncate)\b|\bupdate\s[^]*\bset\b|^\s*(?:listen|notify)\s+\w+\s*$/i;
  return file.literals.filter(({ value }) => isSql.test(value));
}

/** What of the server's SQL keeps it to one PostgreSQL, and exceptions that nothing needs any more. */
export function checkSql(root: string): Finding[] {
  const { sql = {} } = JSON.parse(readFileSync(join(root, 'tool/exceptions.json'), 'utf8')) as { sql?: Exceptions };
  const used = new Set<string>();
  const findings = sourcesBelow(root, 'src')
    .filter(({ path }) => !path.endsWith('.test.ts'))
    .flatMap((file) =>
      statements(file).flatMap(({ at, value }) =>
        rules.flatMap(({ word, pattern, instead }): Finding[] => {
          const found = pattern.exec(value);
          if (!found) return [];
          if (sql[file.path]?.[word] !== undefined) {
            used.add(`${file.path} ${word}`);
            return [];
          }
          const line = lineOf(file.text, at + 1 + found.index);
          return [{ path: file.path, line, says: `${word}, which not every PostgreSQL has; use ${instead}` }];
        }),
      ),
    );
  const idle = Object.entries(sql).flatMap(([path, words]) =>
    Object.keys(words)
      .filter((word) => !used.has(`${path} ${word}`))
      .map((word) => ({
        path: 'tool/exceptions.json',
        line: 1,
        says: `${path} no longer needs its exception for ${word}`,
      })),
  );
  return [...findings, ...idle];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = tell('sql', checkSql(process.argv[2] ?? process.cwd()), console.log);
}
