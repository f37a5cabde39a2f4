/**
 * language — the one expression and template language of conditions, audiences, rules and mails.
 *
 * In:     source text, and plain data to look into
 * Out:    values, text; errors with line and column
 * Owns:   the grammar, the function table, the escaping table, the limits
 * Knows:  base
 * Never:  reads the clock, the disk or the network; walks a prototype; turns data into code
 * Start:  parse.ts, then compile.ts
 */
export {};
