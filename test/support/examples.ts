import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Example, examplesOf, pagesOf } from '../../tool/check-docs.ts';
import { repository } from './tree.ts';

/** Files that examples send and that no page shows, because yours look different. */
const brought: Record<string, string> = {
  'contacts.csv': 'email,first name,consent,consent at,consent source\nada@example.com,Ada,in,2024-01-01,checkout\n',
  'orders.ndjson':
    '{"id":"past-1","type":"commerce.purchases","at":"2026-01-02T10:00:00Z","identities":{"email":"ada@example.com"},"items":[{"id":"coat-1","quantity":1,"price":129}],"order":{"id":"past-1","total":129,"currency":"EUR"}}\n',
  'unsubscribed.csv': 'email,scope\ngone@example.com,marketing\n',
  'codes.csv': 'code\nSPRING-1\nSPRING-2\n',
  'items.csv': 'id,name,price,currency\nscarf-9,Scarf,29.90,EUR\n',
};

function exampled(path: string): Example[] {
  return examplesOf(path, readFileSync(join(repository, path), 'utf8'));
}

/** Whether an example calls a server; `sh shown` says of one that it cannot be run as it stands. */
function isCall({ marks, text }: Example): boolean {
  return marks[0] === 'sh' && marks[1] !== 'shown' && /\bcurl\b/.test(text);
}

/** Every page with calls in it; what designs makes, activities show. */
export function pagesWithCalls(): string[] {
  const pages = pagesOf(repository).filter((path) => exampled(path).some(isCall));
  return pages.sort((a, b) => Number(b.endsWith('/designs.md')) - Number(a.endsWith('/designs.md')));
}

/**
 * Runs all calls of a page, in their order and in one shell, against a server; a JSON block that says `file=NAME` is that
 * file. @returns '' when every call was answered with success, otherwise what was said
 */
export async function runCalls(path: string, server: { url: string; key: string }): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'beckon-examples-'));
  try {
    const examples = exampled(path);
    for (const [name, text] of [...Object.entries(brought), ...examples.flatMap(filesOf)]) {
      writeFileSync(join(folder, name), text);
    }
    return await inShell(scriptOf(examples.filter(isCall), server), folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function filesOf({ marks, text }: Example): [string, string][] {
  return marks.flatMap((mark) => (mark.startsWith('file=') ? [[mark.slice(5), text] as [string, string]] : []));
}

function scriptOf(calls: readonly Example[], { url, key }: { url: string; key: string }): string {
  const host = url.replace('http://', '');
  const texts = calls.map(({ line, text }) => `at="line ${line}"\n${text}`);
  return [
    'set -euo pipefail',
    `KEY=${key} BECKON=${url} at=start`,
    `trap 'status=$?; [ $status = 0 ] || echo "failed at $at" >&2' EXIT`,
    'curl() { command curl --fail-with-body --silent --show-error "$@"; echo; }',
    ...texts.map((text) => text.replaceAll('localhost:8080', host).replaceAll('https://beckon.example', url)),
  ].join('\n');
}

function inShell(script: string, folder: string): Promise<string> {
  return new Promise((resolve) => {
    execFile('bash', ['-c', script], { cwd: folder, timeout: 60_000 }, (error, out, said) =>
      resolve(error ? `${said}\n${out.slice(-2000)}` : ''),
    );
  });
}
