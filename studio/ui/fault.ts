import { ApiError } from '../api/client.ts';

/** What is wrong with one field, as the door said it; undefined where the fault is another's. Pure. */
export function faultAt(error: unknown, ...fields: string[]): string | undefined {
  if (!(error instanceof ApiError)) return undefined;
  const { where, detail, title } = error.problem;
  const isHere = fields.some(
    (field) => where === field || where?.startsWith(`${field}.`) || where?.startsWith(`${field}[`),
  );
  return isHere ? detail || title : undefined;
}

/** The error, unless it stands at one of these fields already. Pure. */
export function elsewhere(error: unknown, ...fields: string[]): unknown {
  return faultAt(error, ...fields) === undefined ? error : null;
}
