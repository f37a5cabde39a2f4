import type { NatsPlace } from './event/index.ts';
import type { Given } from './settings-mail.ts';

const usualPort = 4222;
const usualStream = 'BECKON_EVENTS';

/**
 * `nats://user:password@one:4222,two:4222,three:4222?stream=NAME&replicas=3&creds=FILE`, or `tls://…`: servers of one cluster. A user
 * without a password is a token.
 *
 * @param refuse makes the error of a value that cannot be; the value may hold a secret, so it is not repeated
 */
export function readFront(given: Given, refuse: (as: string, value: string, why: string) => Error): NatsPlace {
  const bad = (why: string) => refuse(given.as, '', why);
  const parts = /^(\w+):\/\/(?:([^@/?]*)@)?([^/?@]+)\/?(?:\?(.*))?$/.exec(given.value);
  if (!parts) throw bad('is not nats://host:port,host:port');
  const [, protocol, secret, hosts = '', query] = parts;
  if (protocol === 'kafka')
    throw bad('names Kafka, for which nobody has written the adapter (docs/scale.md); NATS JetStream is nats://');
  if (protocol !== 'nats' && protocol !== 'tls') throw bad('is not nats://host:port,host:port, nor tls://');
  const more = new URLSearchParams(query);
  for (const name of more.keys())
    if (!['stream', 'replicas', 'creds'].includes(name))
      throw bad(`has "${name}"; it may have stream, replicas, creds`);
  const replicas = more.get('replicas');
  if (replicas !== null && !/^[135]$/.test(replicas)) throw bad('has replicas that are not 1, 3 or 5');
  const stream = more.get('stream') ?? usualStream;
  if (!/^[\w-]{1,64}$/.test(stream)) throw bad('has a stream whose name is not of letters, digits, - and _');
  const creds = more.get('creds');
  return {
    servers: hosts.split(',').map((host) => serverOf(host, bad)),
    ...credentialsOf(secret),
    tls: protocol === 'tls',
    stream,
    ...(replicas === null ? {} : { replicas: Number(replicas) }),
    ...(creds === null ? {} : { creds }),
  };
}

function serverOf(host: string, bad: (why: string) => Error): string {
  const at = URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : null;
  if (at === null || at.hostname === '' || at.pathname !== '/') throw bad(`names no server: "${host}"`);
  return /:\d+$/.test(host) ? host : `${host}:${usualPort}`;
}

function credentialsOf(secret: string | undefined): Pick<NatsPlace, 'user' | 'pass' | 'token'> {
  if (secret === undefined) return {};
  const [user = '', ...pass] = secret.split(':');
  return pass.length === 0
    ? { token: decodeURIComponent(user) }
    : { user: decodeURIComponent(user), pass: decodeURIComponent(pass.join(':')) };
}
