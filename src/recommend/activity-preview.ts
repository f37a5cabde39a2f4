import { hmac, sameText } from '../base/index.ts';

/** What somebody is let look at before others do (recommendations ACT-6). */
export interface Preview {
  activity: string;
  /** The experience to be shown; null: as assigned. */
  experience: string | null;
  /** UTC ms. */
  until: number;
}

/**
 * A token that shows one activity, drafts too, to whoever has it: whatever its audience, dates and state. It is signed
 * and has an end; nothing that is done with it counts (BEH-15).
 */
export function previewToken(secret: Uint8Array, { activity, experience, until }: Preview): string {
  const body = `pv1.${encoded(activity)}.${encoded(experience ?? '')}.${until}`;
  return `${body}.${macOf(secret, body)}`;
}

/** Reads it; null for one that is not ours or too old. */
export function readPreview(secret: Uint8Array, token: string | undefined, now: number): Preview | null {
  const found = /^(pv1\.([\w-]{1,400})\.([\w-]{0,400})\.(\d{1,15}))\.([\w-]{22})$/.exec(token ?? '');
  if (!found) return null;
  const [, body, activity, experience, until, mac] = found as unknown as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  if (!sameText(mac, macOf(secret, body)) || Number(until) <= now) return null;
  return { activity: decoded(activity), experience: decoded(experience) || null, until: Number(until) };
}

function encoded(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64url');
}

function decoded(text: string): string {
  return Buffer.from(text, 'base64url').toString('utf8');
}

function macOf(secret: Uint8Array, body: string): string {
  return hmac(secret, `preview:${body}`).slice(0, 22);
}
