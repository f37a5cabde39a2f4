import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test, vi } from 'vitest';
import { hasProcess, holderOf } from './store/launch-hold.ts';

vi.setConfig({ testTimeout: 120_000 }); // real servers on a machine that may be busy
const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const command = [path('../node_modules/tsx/dist/cli.mjs'), path('./main.ts')];
const folder = mkdtempSync(join(tmpdir(), 'beckon-main-'));
// PostgreSQL's own user must get into it; where root runs this, its clusters would otherwise lie elsewhere and stay.
chmodSync(folder, 0o711);
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function beckon(...args: string[]) {
  return spawnSync(process.execPath, [...command, ...args], {
    encoding: 'utf8',
    env: { ...process.env, DATABASE_URL: '' },
  });
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done));
  const { port } = probe.address() as AddressInfo;
  await new Promise((done) => probe.close(done));
  return port;
}

/** Starts Beckon and waits until it has printed `sign`. */
async function started(args: string[], sign: string): Promise<{ child: ChildProcess; said: () => string }> {
  const env = { ...process.env, DATABASE_URL: '' };
  const child = spawn(process.execPath, [...command, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let text = '';
  await new Promise<void>((done, fail) => {
    const read = (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes(sign)) done();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('close', () => fail(new Error(`It ended before it said "${sign}":\n${text}`)));
  });
  return { child, said: () => text };
}

const ended = (child: ChildProcess) => new Promise<number | null>((done) => child.once('close', (code) => done(code)));

test('help lists the commands, and a mistake in the command line gives exit code 2 with the near name', () => {
  const help = beckon('help');
  expect(help.status).toBe(0);
  expect(help.stdout).toContain('doctor');
  expect(beckon('serve', '--help').stdout).toContain('Usage: beckon serve');
  const wrong = beckon('--prot', '1');
  expect(wrong.status).toBe(2);
  expect(wrong.stderr).toContain('did you mean "--port"?');
  expect(wrong.stderr).toContain('SETTINGS_UNKNOWN_FLAG');
});

test('doctor gives exit code 0 when all is well, and 1 with what to do when the port is taken', async () => {
  const port = await freePort();
  expect(beckon('doctor', '--port', String(port), '--data', folder).status).toBe(0);
  const taken = createServer();
  await new Promise<void>((done) => taken.listen(port, '127.0.0.1', done));
  const { status, stdout } = beckon('doctor', '--port', String(port), '--data', folder);
  taken.close();
  expect(status).toBe(1);
  expect(stdout).toContain(`fail  Port ${port}`);
});

test('serve prints its addresses, refuses a second one, and stops clean at the first signal', async () => {
  const [dataDir, port] = [join(folder, 'serve'), await freePort()];
  const args = ['serve', '--no-demo', '--port', String(port), '--data', dataDir];
  const { child, said } = await started(args, 'Control-C stops it.');
  expect(said()).toContain(`http://localhost:${port}`);
  expect(said()).toContain('none yet; start with BECKON_ADMIN_KEY');
  const second = beckon(...args);
  expect(second.status).toBe(1);
  expect(second.stderr).toContain(`in use by process ${holderOf(dataDir)}`);
  const other = beckon('serve', '--no-demo', '--port', String(port), '--data', join(folder, 'other'));
  expect(other.status).toBe(1);
  expect(other.stderr).toContain(`Port ${port} on 127.0.0.1 is in use`);
  expect(other.stderr).toContain(`--port ${port + 1}`);
  expect(existsSync(join(folder, 'other')), 'nothing is made before the port is known to be free').toBe(false);
  const end = ended(child);
  process.kill(holderOf(dataDir)!, 'SIGINT');
  expect(await end).toBe(0);
  expect(said()).toContain('Stopping');
  expect(holderOf(dataDir)).toBeNull();
  expect(hasProcess(child.pid!)).toBe(false);
});

test('migrate brings the schema up to date and ends', () => {
  const { status, stdout } = beckon('migrate', '--data', join(folder, 'migrate'));
  expect(status).toBe(0);
  expect(stdout).toContain('Brought the database up to date');
});
