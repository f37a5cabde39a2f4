/**
 * Names of what only we say: facts that a fold makes, and events of our own rooms. A sender that uses one means something
 * else by it, and must not steer a journey or an audience by it.
 */
const own =
  /^(?:message|visit|cart|profile|consent|item|audience)\.|^(?:ordered|identified|refunded|order\.cancelled)$/i;

export function isOwnType(type: string): boolean {
  return own.test(type);
}
