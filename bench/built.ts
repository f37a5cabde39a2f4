import { spawn } from 'node:child_process';

/** Brings `dist` up to date. @throws Error when it does not build */
export async function build(): Promise<void> {
  const run = spawn(process.execPath, [new URL('../tool/build.mjs', import.meta.url).pathname], { stdio: 'ignore' });
  const code = await new Promise((done) => run.once('close', done));
  if (code !== 0) throw new Error('The server does not build');
}

/** A module of `src` as it is shipped: a loader of TypeScript adds work of its own to what is measured. */
export async function asBuilt<T>(module: string): Promise<T> {
  return (await import(new URL(`../dist/src/${module}.js`, import.meta.url).href)) as T;
}
