import { createHash } from 'node:crypto';

export type Arm = 'treated' | 'control';

/**
 * Bucket 0–9999 of a unit under a salt: the first 48 bits of SHA-256(salt ‖ 0x1F ‖ unit), scaled.
 * Source: trust.md §5.1; vectors §6.9 are tests.
 */
export function bucketOf(salt: string, unit: string): number {
  const digest = createHash('sha256')
    .update(`${salt}\u001f${unit.normalize('NFC')}`, 'utf8')
    .digest();
  return Math.floor((digest.readUIntBE(0, 6) * 10000) / 2 ** 48);
}

/** The salt of a journey's holdout; stable across versions and re-entries (journeys §5 38). */
export function journeySalt(journeyKey: string, epoch = 1): string {
  return `journey:${journeyKey}:v${epoch}`;
}

/** The calendar quarter of a moment, UTC: `2026Q4`. */
export function quarterOf(at: number): string {
  const date = new Date(at);
  return `${date.getUTCFullYear()}Q${Math.floor(date.getUTCMonth() / 3) + 1}`;
}

/** The salt by which some get no mail at all; another one each quarter, so that it is not always the same people. */
export function globalSalt(at: number): string {
  return `global-holdout-${quarterOf(at)}`;
}

/** Which arm a unit is in, for ever: control when its bucket lies below `share` of the whole. Pure. */
export function assignArm(salt: string, unit: string, share: number): Arm {
  return bucketOf(salt, unit) < share * 10000 ? 'control' : 'treated';
}
