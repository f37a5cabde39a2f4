/**
 * 63 bits of a hash of an id, for tables in memory that know ids again without holding them. Not a secret: who has the
 * id has its mark. Stable for ever, as marks are stored. Reused: `of` overwrites what the last call found.
 */
export class Mark {
  low = 0;
  /** Never 0. */
  high = 1;

  /** Two multiplying hashes over the characters, each stirred by the other at the end. */
  of(id: string): this {
    let low = 0x2545f491;
    let high = 0x6c8e9cf5;
    for (let i = 0; i < id.length; i++) {
      const code = id.charCodeAt(i);
      low = Math.imul(low ^ code, 0x9e3779b1);
      high = Math.imul(high ^ code, 0x5bd1e995);
    }
    low = Math.imul(low ^ (low >>> 15) ^ (high >>> 13), 0x85ebca6b);
    high = Math.imul(high ^ (high >>> 16) ^ (low >>> 14), 0xc2b2ae35);
    this.low = (low ^ (high >>> 16)) | 0;
    this.high = high | 1;
    return this;
  }
}
