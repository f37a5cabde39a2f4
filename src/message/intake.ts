import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import type { Log } from '../base/index.ts';
import type { Heeded, Letter } from './letter.ts';

/** What a listener for returned mail needs. */
export interface IntakeParts {
  host: string;
  port: number;
  log: Log;
  /** Is this an address that names a message of ours? */
  isOurs(address: string): boolean;
  /** Takes a letter, durably. */
  letter(letter: Letter): Promise<Heeded>;
}

/** A running listener. */
export interface Intake {
  port: number;
  close(): Promise<void>;
}

/** What a sender may do: a bounce is small, and a host with many of them comes again. */
const limits = { octets: 2 * 1024 * 1024, clients: 100, perAddress: 10, recipients: 10 };

type Refused = Error & { responseCode: number };
const refusal = (responseCode: number, words: string): Refused => Object.assign(new Error(words), { responseCode });

/**
 * Listens for mail to our return paths, and takes nothing else: no relaying, no login, no recipient without a token. It
 * says 250 when the letter is put down and in effect, so the other host keeps what we could not keep. It never writes
 * back (RFC 3834 §2, RFC 5321 §4.5.5).
 */
export async function openIntake(parts: IntakeParts): Promise<Intake> {
  const connected = new Map<string, number>();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: limits.octets,
    maxClients: limits.clients,
    banner: 'returned mail',
    socketTimeout: 60_000,
    onConnect(session, callback) {
      const here = (connected.get(session.remoteAddress) ?? 0) + 1;
      connected.set(session.remoteAddress, here);
      callback(here > limits.perAddress ? refusal(421, 'Too many connections; come again later') : null);
    },
    onClose(session) {
      const left = (connected.get(session.remoteAddress) ?? 1) - 1;
      if (left > 0) connected.set(session.remoteAddress, left);
      else connected.delete(session.remoteAddress);
    },
    onRcptTo({ address }, session, callback) {
      if (session.envelope.rcptTo.length >= limits.recipients) return callback(refusal(452, 'Too many recipients'));
      callback(parts.isOurs(address) ? null : refusal(550, '5.1.1 No mail of ours has this return path'));
    },
    onData(stream, session, callback) {
      const pieces: Buffer[] = [];
      stream.on('data', (piece: Buffer) => pieces.push(piece));
      stream.on('end', () => {
        if (stream.sizeExceeded) return callback(refusal(552, '5.3.4 Larger than a report is'));
        take(parts, session, Buffer.concat(pieces)).then(
          () => callback(null, 'Heard'),
          (error: unknown) => {
            parts.log.error('intake.failed', { error });
            callback(refusal(451, '4.3.0 Could not be kept; come again later'));
          },
        );
      });
    },
  });
  server.on('error', () => {}); // a client that drops its connection is the client's matter
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(parts.port, parts.host, () => resolve());
  });
  const address = server.server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : parts.port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function take(parts: IntakeParts, session: SMTPServerSession, raw: Buffer): Promise<void> {
  const { mailFrom, rcptTo } = session.envelope;
  const from = mailFrom === false ? '' : mailFrom.address;
  // One letter for each of our messages it came to.
  for (const { address } of rcptTo) await parts.letter({ source: 'smtp', raw, from, to: [address] });
}
