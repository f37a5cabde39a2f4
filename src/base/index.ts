/**
 * base — what every room stands on: time, chance, ids, money, errors, log.
 *
 * In:     nothing
 * Out:    values
 * Owns:   the only readings of the machine's clock and chance; the error registry
 * Knows:  nothing
 * Never:  holds a word of the shop; touches disk, database or network
 * Start:  clock.ts, error.ts
 */
export * from './address.ts';
export * from './clock.ts';
export * from './duration.ts';
export * from './error.ts';
export * from './hash.ts';
export * from './id.ts';
export * from './log.ts';
export * from './mark.ts';
export * from './money.ts';
export * from './outgoing.ts';
export * from './random.ts';
export * from './remembered.ts';
export * from './said.ts';
export * from './seal.ts';
export * from './signal.ts';
export * from './stable.ts';
export * from './thread.ts';
export * from './trace.ts';
export * from './wilson.ts';
