import type { ErrorKind } from '../base/index.ts';

/** Something found in a template. An error must be mended before it is saved; a warning may stay. */
export interface MailFinding {
  severity: 'error' | 'warning';
  /** A registered code, with a page in docs/error. */
  code: string;
  /** JSON pointer into the document, or the piece made of it with line and column. */
  where: string;
  message: string;
  mend: string;
}

export function finding(
  kind: ErrorKind,
  severity: MailFinding['severity'],
  { where, says }: { where: string; says: string },
): MailFinding {
  return { severity, code: kind.code, where, message: says, mend: kind.mend };
}
