import type { Front } from './front.ts';
import type { NatsPlace } from './front-nats.ts';

/** Opens a log before the table. Its client is loaded only where one is set. @throws EVENT_LOG_AWAY */
export async function openFront(at: NatsPlace): Promise<Front> {
  const { openNats } = await import('./front-nats.ts');
  return openNats(at);
}
