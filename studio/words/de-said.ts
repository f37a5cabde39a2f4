import type { enSaid } from './en-said.ts';

export const deSaid: Record<keyof typeof enSaid, string> = {
  'said.stuck.call': '{count} Versuch war vergeblich: {error}|{count} Versuche waren vergeblich: {error}',
  'said.stuck.wait': 'Die Wartezeit ist um',
  'said.stuck.mail': 'Von der Mail war nichts zu hören',
};
