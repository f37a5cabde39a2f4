import type { FastifyInstance } from 'fastify';
import type { Rooms } from './app.ts';
import type { Caller } from './journey/index.ts';

export function shopMounts(_rooms: Rooms, _call: Caller): ((app: FastifyInstance) => void)[] {
  return [];
}
