/** An IMAP server for tests. */
declare module 'hoodiecrow-imap' {
  interface Server {
    server: import('node:net').Server;
    listen(port: number, host: string, ready: () => void): void;
    close(done: () => void): void;
    appendMessage(folder: string, flags: string[], date: string | false, raw: string): void;
    getMailbox(path: string): { messages: { flags: string[] }[] };
  }
  export default function hoodiecrow(options: {
    plugins?: string[];
    storage?: Record<string, { messages?: { raw: string; flags?: string[] }[] }>;
    users?: Record<string, { password: string }>;
  }): Server;
}
