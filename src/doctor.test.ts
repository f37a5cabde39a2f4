import { createServer, type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { examine, findingLines, nodeVersion, tryPort } from './doctor.ts';
import { readSettings } from './settings.ts';

async function listening(): Promise<{ port: number; close: () => Promise<void> }> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return { port, close: () => new Promise((done) => server.close(() => done())) };
}

test('Node below 20.19 fails', () => {
  expect(nodeVersion('20.18.1')).toMatchObject({ level: 'fail', mend: 'Install Node 20.19 or later' });
  expect(nodeVersion('18.20.0').level).toBe('fail');
  expect(nodeVersion('20.19.0').level).toBe('ok');
  expect(nodeVersion('24.1.0').level).toBe('ok');
});

test('a port that is in use, and a mail server that does not answer, fail with what to do', async () => {
  const taken = await listening();
  expect(await tryPort('127.0.0.1', taken.port)).toBe('EADDRINUSE');
  const closed = await listening();
  await closed.close();
  const flags = [
    '--port',
    String(taken.port),
    '--smtp',
    `smtp://127.0.0.1:${closed.port}`,
    '--data',
    '/tmp/beckon-none',
  ];
  const findings = await examine(readSettings(flags, {}));
  await taken.close();
  const failed = findings.filter(({ level }) => level === 'fail');
  expect(failed.map(({ what }) => what)).toEqual([
    `Port ${taken.port} on 127.0.0.1 cannot be used: EADDRINUSE`,
    `Mail server 127.0.0.1:${closed.port} does not answer: ECONNREFUSED`,
  ]);
  expect(findingLines(failed)[0]).toMatch(/^fail {2}Port/);
});

test('a mail server that answers is ok', async () => {
  const mail = await listening();
  const findings = await examine(readSettings(['--smtp', `smtp://127.0.0.1:${mail.port}`], {}));
  await mail.close();
  expect(findings).toContainEqual({ level: 'ok', what: `Mail server 127.0.0.1:${mail.port} answers` });
});

test('a log before the database that does not answer fails with what to do', async () => {
  const closed = await listening();
  await closed.close();
  const at = `127.0.0.1:${closed.port}`;
  const findings = await examine(readSettings(['--no-demo', '--log-url', `nats://${at}`], {}));
  expect(findings).toContainEqual({
    level: 'fail',
    what: `The log cannot keep events at the moment: NATS JetStream at ${at} does not answer`,
    mend: 'Start its servers with JetStream on (nats-server -js), or correct BECKON_LOG_URL',
  });
});
