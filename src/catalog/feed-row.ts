/** One row of a feed as its source has it: names of columns, fields or elements with their values. */
export interface SourceRow {
  /** From 1: the line of a table or of NDJSON, the place of an item in XML or in a JSON list. */
  row: number;
  values: Record<string, unknown>;
  /** Why it cannot be read. */
  fault: string | null;
}
