import { jetstream, jetstreamManager, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream';
import { connect, credsAuthenticator, nanos, type NatsConnection } from '@nats-io/transport-node';
import { readFileSync } from 'node:fs';
import { elapsed, pause } from '../base/index.ts';
import { away, type Front, type FrontReading } from './front.ts';

/** Where the NATS servers are, and which stream is ours. */
export interface NatsPlace {
  /** `host:port`. */
  servers: string[];
  user?: string;
  pass?: string;
  /** Instead of a user: who has it may come in. */
  token?: string;
  /** File with a user's credentials. */
  creds?: string;
  tls: boolean;
  /** Made if it is not there; its subjects are `<stream>.<part>`. */
  stream: string;
  /** How many servers keep each event; by default 3 in a cluster, 1 of a single server. */
  replicas?: number;
}

/** So long an event is offered again and again, ms; then whoever sent it is told to come back. */
const offerMs = 5000;
const answerMs = 2000;
/** Once nothing has been reached for so long, whoever sends events is told so at once. */
const awayMs = 1000;
/** Having refused an event, it is taken for away so long; then senders may try again. */
const refusedMs = 5000;
/** The servers recognise a key for so long. */
const duplicatesMs = 120_000;
/** A reading that hears nothing for so long asks again, and is made anew where it stood when nobody answers. */
const askAgainMs = 3000;
/** So much of a part is on its way at most. */
const readAhead = 256;
/** After a start a cluster needs a moment to agree who leads. */
const patienceMs = 15_000;

/** Answers that trying again within moments does not change: the stream is full, or the event is too large for it. */
const tooLarge = 10_054;
const finalCodes = new Set([10_023, 10_047, tooLarge, 10_077]);

/**
 * NATS JetStream as the log before the table (front.ts): a stream with a subject for each part. An event is kept when the majority
 * of its servers has it. What the table has is taken out of the stream; when it is full, no more is taken.
 *
 * @throws EVENT_LOG_AWAY
 */
export async function openNats(at: NatsPlace): Promise<Front> {
  const name = `NATS JetStream at ${at.servers.join(', ')}`;
  const connection = await connect({
    servers: at.servers,
    ...(at.user === undefined ? {} : { user: at.user, pass: at.pass ?? '' }),
    ...(at.token === undefined ? {} : { token: at.token }),
    ...(at.creds === undefined ? {} : { authenticator: credsAuthenticator(readFileSync(at.creds)) }),
    ...(at.tls ? { tls: {} } : {}),
    name: 'beckon',
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    pingInterval: 5000,
    maxPingOut: 2,
  }).catch((error: unknown) => {
    throw away(`${name} does not answer`, error);
  });
  try {
    const manager = await jetstreamManager(connection, { checkAPI: false, timeout: answerMs });
    const created = await openStream(manager, at, at.replicas ?? (connection.info?.cluster === undefined ? 1 : 3));
    return new NatsFront({ name, stream: at.stream, connection, manager, created });
  } catch (error) {
    await connection.close();
    throw away(`${name} does not open its stream ${at.stream} (${(error as Error).message})`, error);
  }
}

/** Finds or makes the stream. @returns when it was made */
async function openStream(manager: JetStreamManager, { stream }: NatsPlace, replicas: number): Promise<string> {
  const config = {
    name: stream,
    subjects: [`${stream}.*`],
    num_replicas: replicas,
    storage: 'file' as const,
    retention: 'limits' as const,
    discard: 'new' as const,
    duplicate_window: nanos(duplicatesMs),
  };
  for (const until = elapsed() + patienceMs; ;) {
    try {
      const known = await manager.streams.info(stream).catch(() => null);
      return (known ?? (await manager.streams.add(config))).created;
    } catch (error) {
      if (elapsed() > until) throw error;
      await pause(100);
    }
  }
}

class NatsFront implements Front {
  readonly name: string;
  readonly origin: string;
  readonly #stream: string;
  readonly #connection: NatsConnection;
  readonly #manager: JetStreamManager;
  readonly #client: JetStreamClient;
  /** Since when there has been no connection; null while there is one. */
  #awaySince: number | null = null;
  /** When it last kept nothing although it was asked again and again: servers may answer and have no majority. */
  #refusedAt = -Infinity;

  constructor(parts: {
    name: string;
    stream: string;
    connection: NatsConnection;
    manager: JetStreamManager;
    created: string;
  }) {
    this.name = parts.name;
    this.origin = `nats:${parts.stream}:${parts.created}`;
    this.#stream = parts.stream;
    this.#connection = parts.connection;
    this.#manager = parts.manager;
    this.#client = jetstream(parts.connection, { timeout: answerMs });
    void this.#watch();
  }

  get isThere(): boolean {
    return this.#awaySince === null && elapsed() - this.#refusedAt > refusedMs;
  }

  async keep(part: number, { key, text }: { key: string; text: string }): Promise<{ place: number; isNew: boolean }> {
    const until = elapsed() + offerMs;
    for (let wait = 20; ; wait = Math.min(wait * 2, 500)) {
      if (this.#awaySince !== null && elapsed() - this.#awaySince > awayMs) throw away(`${this.name} does not answer`);
      try {
        const ack = await this.#client.publish(`${this.#stream}.${part}`, text, { msgID: key });
        this.#refusedAt = -Infinity;
        return { place: ack.seq, isNew: !ack.duplicate };
      } catch (error) {
        if (elapsed() > until || finalCodes.has(codeOf(error)) || this.#connection.isClosed()) {
          if (codeOf(error) !== tooLarge) this.#refusedAt = elapsed();
          throw away(`${this.name}: ${(error as Error).message}`, error);
        }
        await pause(wait);
      }
    }
  }

  async read(part: number, after: number): Promise<FrontReading> {
    const consumer = await this.#client.consumers.get(this.#stream, {
      filter_subjects: `${this.#stream}.${part}`,
      deliver_policy: 'by_start_sequence',
      opt_start_seq: after + 1,
      inactive_threshold: nanos(30_000),
    });
    const messages = await consumer.consume({ max_messages: readAhead, expires: askAgainMs });
    return {
      end: () => messages.stop(),
      async *[Symbol.asyncIterator]() {
        for await (const message of messages) yield { place: message.seq, text: message.string() };
      },
    };
  }

  async trim(part: number, upTo: number): Promise<void> {
    await this.#manager.streams.purge(this.#stream, { filter: `${this.#stream}.${part}`, seq: upTo + 1 });
  }

  async holds(): Promise<number> {
    return (await this.#manager.streams.info(this.#stream)).state.messages;
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  async #watch(): Promise<void> {
    for await (const { type } of this.#connection.status()) {
      if (type === 'disconnect') this.#awaySince ??= elapsed();
      if (type === 'reconnect') this.#awaySince = null;
    }
    this.#awaySince ??= elapsed();
  }
}

/** JetStream's own number of a refusal; 0 for any other error. */
function codeOf(error: unknown): number {
  const { code } = error as { code?: unknown };
  return typeof code === 'number' ? code : 0;
}
