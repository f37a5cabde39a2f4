import { describe, expect, test } from 'vitest';
import { commands, helpText, readCommand } from './settings-help.ts';
import { settingRows } from './settings-view.ts';
import { readSettings } from './settings.ts';

const read = (flags: string[], env: Record<string, string> = {}) => readSettings(flags, env, 'Asia/Tokyo');

test('with nothing said, everything has its default: the demo, a virtual clock, the built-in mailbox', () => {
  expect(read([])).toEqual({
    port: 8080,
    host: '127.0.0.1',
    dataDir: './data',
    databaseUrl: null,
    smtpUrl: null,
    clock: 'virtual',
    demo: true,
    demoVisitors: 2000,
    publicUrl: 'http://localhost:8080',
    trustProxy: false,
    secret: null,
    from: '"Lumen & Loom" <hello@lumen-loom.example>',
    replyTo: null,
    postalAddress: "Weaver's Yard 3, 111 22 Stockholm, Sweden",
    shopUrl: 'http://localhost:8080/shop',
    linkHosts: [],
    oidc: null,
    ways: {},
    inboundSmtp: null,
    inboundImap: null,
    returnDomain: null,
    instance: null,
    dkim: [],
    adminKey: null,
    zone: 'Europe/Stockholm',
    rates: {},
    allowedHosts: [],
    leaseMs: 60_000,
    recoveryMs: 900_000,
    mailThreads: 1,
    front: null,
    globalHoldout: 0,
    onlyTo: [],
    roles: ['collect', 'recommend', 'journey', 'send', 'studio'],
    recommendUrl: null,
    drainMs: 0,
    logLevel: 'warn',
  });
});

test('without the demo the clock is the machine’s, the zone too, and nothing of the demo shop is left', () => {
  expect(read(['--no-demo'])).toMatchObject({
    demo: false,
    clock: 'system',
    zone: 'Asia/Tokyo',
    from: null,
    postalAddress: null,
    inboundSmtp: null,
    inboundImap: null,
    returnDomain: null,
    instance: null,
    dkim: [],
  });
});

test('a virtual clock without the demo is for mail that stays in the mailbox (design §7 "Time")', () => {
  const apart = ['--no-demo', '--clock', 'virtual'];
  expect(read(apart)).toMatchObject({ clock: 'virtual', demo: false });
  const sender = { BECKON_FROM: 'a@shop.example', BECKON_POSTAL_ADDRESS: 'Yard 3' };
  const leaving: Record<string, string>[] = [
    { BECKON_SMTP_URL: 'smtp://mail.example' },
    { BECKON_WAYS: 'news=smtp://mail.example' },
  ];
  for (const way of leaving)
    expect(() => read(apart, { ...sender, ...way })).toThrow(expect.objectContaining({ code: 'SETTINGS_CLASH' }));
});

test('a flag wins over the environment, and may carry its value behind a sign', () => {
  const env = { BECKON_PORT: '9000', BECKON_HOST: '0.0.0.0' };
  expect(read(['--port=9001'], env)).toMatchObject({ port: 9001, host: '0.0.0.0', publicUrl: 'http://localhost:9001' });
});

test('the public address loses its last slash; a proxy is believed only when asked', () => {
  expect(read(['--public-url', 'https://beckon.example/', '--trust-proxy'])).toMatchObject({
    publicUrl: 'https://beckon.example',
    trustProxy: true,
  });
});

test('a mistyped flag or command is refused with the near name', () => {
  expect(() => read(['--prot', '1'])).toThrow('There is no flag "--prot"; did you mean "--port"?');
  expect(() => read(['nonsense'])).toThrow('There is no flag "nonsense"');
  expect(() => readCommand(['docter'])).toThrow('did you mean "doctor"?');
});

test.each([
  [['--port', '70000'], '--port "70000" is not a port (0 to 65535)'],
  [['--port', 'http'], '--port "http" is not a port'],
  [['--port'], '--port needs a value: --port NUMBER'],
  [['--clock', 'wall'], '--clock "wall" is not one of: system, virtual'],
  [['--zone', 'Mars/Olympus'], '--zone "Mars/Olympus" is not a time zone'],
  [['--public-url', 'beckon.example'], '--public-url is not an address that begins with http://'],
])('%j is refused with what is wrong', (flags, message) => {
  expect(() => read(flags)).toThrow(message);
});

test('a value that may hold a password is not repeated in the error', () => {
  const secret = 'hunter2';
  for (const name of ['DATABASE_URL', 'BECKON_SMTP_URL']) {
    expect(() => read([], { [name]: `mysql://me:${secret}@db` })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining(secret) }),
    );
  }
});

test('a secret of less than 32 bytes, and a sender that is no mailbox, are refused', () => {
  expect(() => read([], { BECKON_SECRET: 'short' })).toThrow('BECKON_SECRET has 5 bytes and needs at least 32');
  expect(() => read([], { BECKON_FROM: 'Lumen' })).toThrow('BECKON_FROM "Lumen" is not a mail address');
  expect(() => read([], { BECKON_FROM: 'A <a@b.c>\r\nBcc: x@y.z' })).toThrow('is not a mail address');
  expect(read([], { BECKON_SECRET: 'x'.repeat(32), BECKON_FROM: 'A <a@b.c>' })).toMatchObject({ from: 'A <a@b.c>' });
});

test('who alone gets mail is named by addresses and domains, or refused', () => {
  expect(read([], { BECKON_ONLY_TO: 'Ada@Shop.example, staging.example' })).toMatchObject({
    onlyTo: ['ada@shop.example', 'staging.example'],
  });
  for (const bad of ['ada@', 'example', '@shop.example', 'a b@shop.example', 'shop.example,'])
    expect(() => read([], { BECKON_ONLY_TO: bad }), bad).toThrow('names no addresses and domains');
});

test('without a command it is serve; each command has a help page, and only those that exist are listed', () => {
  expect(readCommand(['--port', '1'])).toEqual({ command: 'serve', flags: ['--port', '1'], help: false });
  expect(readCommand(['demo', '--remove'])).toEqual({ command: 'demo', flags: ['--remove'], help: false });
  expect(readCommand(['help']).help).toBe(true);
  for (const command of ['serve', 'demo', 'migrate', 'doctor'] as const) {
    expect(helpText(command)).toContain(`beckon ${command}`);
    expect(helpText()).toContain(`  ${command} `);
  }
  expect(Object.keys(commands)).toEqual([
    'serve',
    'demo',
    'migrate',
    'backtest',
    'journeys',
    'messages',
    'simulate',
    'export',
    'import',
    'team',
    'evaluate',
    'doctor',
    'help',
  ]);
});

test('another service that signs in is named with its client, over https', () => {
  const oidc = (value: string) => read([], { BECKON_OIDC: value }).oidc;
  expect(oidc('https://beckon:s%40cret@login.shop.example/realm/')).toEqual({
    issuer: 'https://login.shop.example/realm',
    clientId: 'beckon',
    clientSecret: 's@cret',
  });
  for (const wrong of ['login.shop.example', 'https://login.shop.example', 'http://a:b@login.shop.example'])
    expect(() => oidc(wrong)).toThrow('BECKON_OIDC is not https://CLIENT_ID');
});

test('mails link to the shop that is named, and to the hosts named besides', () => {
  const env = { BECKON_LINK_HOSTS: 'de.shop.example, pictures.shop.example' };
  expect(read(['--shop-url', 'https://shop.example/'], env)).toMatchObject({
    shopUrl: 'https://shop.example',
    linkHosts: ['de.shop.example', 'pictures.shop.example'],
  });
  expect(read(['--no-demo', '--public-url', 'https://mail.shop.example'])).toMatchObject({
    shopUrl: 'https://mail.shop.example',
  });
  expect(() => read(['--shop-url', 'javascript:alert(1)'])).toThrow(
    expect.objectContaining({ code: 'SETTINGS_BAD_VALUE' }),
  );
});

test('roles are any of the five in their order; one mistyped is told, and a part of them needs a shared database and no demo', () => {
  const env = { DATABASE_URL: 'postgres://db/beckon' };
  const some = readSettings(['--role', 'send, collect'], env);
  expect(some).toMatchObject({ roles: ['collect', 'send'], demo: false, clock: 'system' });
  expect(() => readSettings(['--role', 'collct'], env)).toThrow('did you mean "collect"?');
  expect(() => readSettings(['--role', 'send'], {})).toThrow('no DATABASE_URL');
  expect(() => readSettings(['--role', 'send'], { ...env, BECKON_DEMO: 'on' })).toThrow('the demo');
});

describe('A log before the database', () => {
  const front = (url: string) => readSettings(['--no-demo', '--log-url', url], {}).front;

  test('is servers of one cluster, with what they ask for', () => {
    expect(readSettings([], {}).front).toBe(null);
    expect(front('nats://one,two:4223')).toEqual({
      servers: ['one:4222', 'two:4223'],
      tls: false,
      stream: 'BECKON_EVENTS',
    });
    expect(front('tls://ada:p%3Aw@[::1]:4222?stream=SHOP&replicas=3&creds=/etc/nats.creds')).toEqual({
      servers: ['[::1]:4222'],
      user: 'ada',
      pass: 'p:w',
      tls: true,
      stream: 'SHOP',
      replicas: 3,
      creds: '/etc/nats.creds',
    });
    expect(front('nats://secret@one')).toMatchObject({ token: 'secret' });
    expect(() => readSettings(['--log-url', 'nats://one'], {})).toThrow('The demo and a log before the database');
  });

  test.each([
    ['http://one', 'nats://host:port'],
    ['nats://', 'nats://host:port'],
    ['nats://one/path', 'nats://host:port'],
    ['nats://one?replicas=2', 'replicas that are not 1, 3 or 5'],
    ['nats://one?stream=a.b', 'letters, digits'],
    ['nats://one?streams=a', 'may have stream, replicas, creds'],
    ['nats://user:hidden@:1', 'names no server'],
    ['kafka://one', 'names Kafka'],
  ])('%s is refused, and no secret is repeated', (url, why) => {
    expect(() => front(url)).toThrow(why);
    expect(() => front(url)).not.toThrow('hidden');
  });
});

test('settings are shown as they are in force, and nothing that lets anybody in is told', () => {
  const settings = readSettings(['--no-demo', '--smtp', 'smtp://anna:pass-1@mail.example:587'], {
    DATABASE_URL: 'postgres://beckon:pass-2@db.internal/beckon',
    BECKON_WAYS: 'bulk=ses://KEYID:pass-3@eu-west-1',
    BECKON_ADMIN_KEY: 'sk_pass-4-of-thirty-two-characters-at-least',
    BECKON_RATES: 'address=50',
    BECKON_LOG_URL: 'nats://ada:pass-6@one',
    BECKON_FROM: 'Shop <hello@shop.example>',
    BECKON_POSTAL_ADDRESS: 'Yard 3, Lund',
  });
  const rows = settingRows({ ...settings, secret: 'pass-5' });
  const valueOf = (name: string) => rows.find((row) => row.name === name)?.value;

  expect(JSON.stringify(rows)).not.toMatch(/pass-\d|KEYID|anna/);
  expect(rows.map(({ name }) => name)).toContain('port');
  expect([valueOf('smtpUrl'), valueOf('databaseUrl')]).toEqual([
    'smtp://mail.example:587',
    'postgres://db.internal/beckon',
  ]);
  expect([valueOf('ways'), valueOf('secret'), valueOf('adminKey')]).toEqual(['bulk=ses://eu-west-1', 'set', 'set']);
  expect([valueOf('rates'), valueOf('replyTo'), valueOf('demo')]).toEqual(['address=50', null, 'false']);
});
