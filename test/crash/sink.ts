import { SMTPServer } from 'smtp-server';

/** A real mail server that counts whole mails, those with their final dot, by Message-ID. */
export interface Sink {
  url: string;
  /** Message-ID, without brackets → how often it was taken. */
  mails: Map<string, number>;
  /** Cuts every connection, wherever it is. */
  cut(): void;
  /** Message-ID → each whole mail that came under it. */
  raws: Map<string, string[]>;
  close(): Promise<void>;
}

/** @param slowMs how long an answer after the final dot takes at most; 0 answers at once */
export async function openSink(slowMs: () => number = () => 0): Promise<Sink> {
  const mails = new Map<string, number>();
  const raws = new Map<string, string[]>();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    onData(stream, _session, callback) {
      const pieces: Buffer[] = [];
      stream.on('data', (piece: Buffer) => pieces.push(piece));
      stream.on('end', () => {
        const raw = Buffer.concat(pieces).toString();
        const id = /^Message-ID:\s*<([^>]+)>/im.exec(raw)?.[1] ?? 'none';
        mails.set(id, (mails.get(id) ?? 0) + 1);
        raws.set(id, [...(raws.get(id) ?? []), raw]);
        setTimeout(callback, slowMs());
      });
    },
  });
  server.on('error', () => {}); // a client that is killed drops its connection: that is what is tested
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as { port: number };
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    cut: () => {
      for (const { _socket } of server.connections as Set<{ _socket: { destroy(): void } }>) _socket.destroy();
    },
    raws,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
