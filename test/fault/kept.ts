import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Failure } from './run.ts';

/** Failures in files: what once was broken, by which few steps, so that it is looked at again each time. */

/** @returns the file */
export function keep(failure: Failure, folder: URL): URL {
  const file = new URL(`seed-${failure.seed}.json`, folder);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, `${JSON.stringify(failure, null, 2)}\n`);
  return file;
}

export function readKept(folder: URL): { name: string; failure: Failure }[] {
  const names = readdirSync(folder).filter((one) => one.endsWith('.json'));
  return names.map((name) => ({
    name,
    failure: JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Failure,
  }));
}
