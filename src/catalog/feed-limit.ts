/** Bounds on the file of a feed (trust.md §3.7), and on what is kept of a run. */
export const feedLimits = {
  /** Octets as they are sent or loaded. */
  octets: 1024 ** 3,
  /** Octets once unpacked. */
  unpacked: 4 * 1024 ** 3,
  /** Unpacked may be this many times what was packed, once `ratioFrom` octets have come out. */
  ratio: 100,
  ratioFrom: 1024 ** 2,
  rows: 1_000_000,
  columns: 1000,
  /** UTF-16 units of one cell or text, of one row, of a line or object of JSON. */
  cell: 64 * 1024,
  record: 1024 * 1024,
  /** Levels of XML and of JSON. */
  depth: 50,
  /** Elements or values below one row of XML. */
  parts: 5000,
  /** UTF-16 units that are looked at to tell what a file is. */
  head: 64 * 1024,
  /** Rows whose quote is opened and never closed, before the file is given up. */
  openQuotes: 20,
  /** Refused rows kept of a run; all are counted. */
  faults: 10_000,
} as const;
