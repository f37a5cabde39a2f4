import type { enSaid } from './en-said.ts';

export const svSaid: Record<keyof typeof enSaid, string> = {
  'said.stuck.call': '{count} försök förgäves: {error}|{count} försök förgäves: {error}',
  'said.stuck.wait': 'Väntan är över',
  'said.stuck.mail': 'Inget har hörts om brevet',
};
