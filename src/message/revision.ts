import { BeckonError } from '../base/index.ts';
import { errors } from './error.ts';

/** What names the newest version of a document, for whoever wants to change just that. */
export function revisionOf({ version, hash }: { version: number; hash: string }): string {
  return `${version}-${hash.slice(0, 12)}`;
}

/**
 * Goes on where nothing is asked for, or what is asked for stands there (`none`: nothing does). Throws MESSAGE_TEMPLATE_CHANGED.
 *
 * @param what names the document: `theme "dark"`
 */
export function requireRevision(
  what: string,
  known: { version: number; hash: string } | null,
  revision: string | undefined,
): void {
  if (revision === undefined) return;
  if (revision !== (known === null ? 'none' : revisionOf(known))) throw changed(what);
}

export function changed(what: string): BeckonError {
  return new BeckonError(errors.MESSAGE_TEMPLATE_CHANGED, `The ${what} was changed by somebody else meanwhile`);
}
