/** The little of imapflow that is used here. */
declare module 'imapflow' {
  interface Fetched {
    uid: number;
    source?: Buffer;
    /** Octets. */
    size?: number;
  }
  export class ImapFlow {
    constructor(options: {
      host: string;
      port: number;
      secure: boolean;
      doSTARTTLS?: boolean;
      auth: { user: string; pass: string };
      logger: false;
      connectionTimeout?: number;
      greetingTimeout?: number;
      socketTimeout?: number;
    });
    readonly mailbox: { uidValidity: bigint } | false;
    on(event: 'error', listener: (error: Error) => void): this;
    connect(): Promise<void>;
    close(): void;
    logout(): Promise<void>;
    getMailboxLock(path: string): Promise<{ release(): void }>;
    search(query: { since?: Date; uid?: string }, options: { uid: true }): Promise<number[] | false>;
    readonly fetch: (
      range: number[],
      query: { uid: true; source?: true; size?: true },
      options: { uid: true },
    ) => AsyncIterable<Fetched>;
    messageFlagsAdd(range: number[], flags: string[], options: { uid: true }): Promise<boolean>;
  }
}
