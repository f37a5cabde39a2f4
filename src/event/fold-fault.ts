import { isTransient } from '../store/index.ts';

/** Were others in the way, so that the same may succeed when it is tried again? */
export function isHindrance(error: unknown): boolean {
  return isTransient(error) || error instanceof LeaseLost;
}

/**
 * Is the failure one of what was folded, and not of the database or the way to it? Connection (08), resources (53),
 * locks (55P), operator (57), system (58) and internal (XX) errors, and a lost socket, say nothing about the events.
 */
export function isOfTheEvents(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code === 'string') return !/^((08|25P|53|55P|57|58|XX)\w{2,3}|E[A-Z]{3,}|EAI_AGAIN)$/.test(code);
  return !/^(Connection terminated|Client (was|has)|Cannot use a pool|timeout exceeded|Query read timeout)/.test(
    String(message),
  );
}

/** Another process took the shard over; the transaction must not commit. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}
