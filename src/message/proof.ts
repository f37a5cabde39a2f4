import { BeckonError, shardOf } from '../base/index.ts';
import type { ProfileView } from '../profile/index.ts';
import { judgeAddress } from './address.ts';
import { errors } from './error.ts';
import type { MessageRow, Plan } from './message.ts';
import { phrasesIn } from './phrase.ts';
import type { RenderedMail } from './render.ts';

/** For whom a mail is previewed; with a document that of no stored template. */
export interface PreviewSample {
  profile: ProfileView;
  context: Record<string, unknown>;
  document?: unknown;
}

/** A mail as somebody else would get it, sent by hand to who looks at it. */
export interface ProofOrder {
  /** Key and version of the template, published or not. */
  key: string;
  version: number;
  to: readonly string[];
  /** As whom. */
  profile: ProfileView;
  context: Record<string, unknown>;
}

/** So long a proof is tried; later it is of no use. */
const proofForMs = 3_600_000;
/** Stands in links that lead nowhere. */
export const nobody = '00000000-0000-0000-0000-000000000000';

/**
 * Plans the proofs of an order: messages of a class of their own, so that no cap, no consent and no holdout is asked, no
 * journey hears of them, and none of the figures knows them. Who may get no mail at all gets none of these either.
 *
 * @throws MESSAGE_ADDRESS_REFUSED, and none is planned
 */
export async function planProofs(
  order: ProofOrder,
  { id, now, plan }: { id: string; now: number; plan: (one: Plan) => Promise<string> },
): Promise<{ to: string; message: string }[]> {
  const planned: { to: string; message: string }[] = [];
  for (const [no, to] of order.to.entries()) {
    const address = requireAddress(to);
    const message = await plan({
      runId: `proof:${id}`,
      journey: 'proof',
      journeyVersion: 0,
      activity: order.key,
      visit: no + 1,
      // Erasing the person it shows erases the proof.
      profileId: order.profile.id,
      shard: shardOf(`email:${address.toLowerCase()}`),
      message: `${order.key}@${order.version}`,
      context: { ...order.context, proof: { profile: order.profile } },
      deadline: now + proofForMs,
      class: 'proof',
      holdout: 0,
      quietHours: null,
      to: address,
    });
    planned.push({ to: address, message });
  }
  return planned;
}

function requireAddress(to: string): string {
  const verdict = judgeAddress(to.trim());
  if ('address' in verdict) return verdict.address;
  throw new BeckonError(errors.MESSAGE_ADDRESS_REFUSED, `"${to.slice(0, 200)}" gets no proof: ${verdict.refused}`, {
    where: 'to',
  });
}

/** The profile a proof is made for; null for every other message. */
export function proofProfile(row: Pick<MessageRow, 'class' | 'context'>): ProfileView | null {
  if (row.class !== 'proof') return null;
  return (row.context['proof'] as { profile: ProfileView }).profile;
}

/** The mail with the word in subject, HTML and text that it is a proof, and that its code is none where it has one of a pool. */
export function asProof(mail: RenderedMail, { sample }: { sample: boolean }): RenderedMail {
  const phrases = phrasesIn(mail.language);
  const proof = sample ? `${phrases.proof} ${phrases.sample}` : phrases.proof;
  const style =
    'background:#fef3c7;color:#1b1c1f;font:14px/20px -apple-system,Segoe UI,Roboto,Arial,sans-serif;padding:12px 16px;text-align:center';
  const banner = `<div role="note" style="${style}">${proof}</div>`;
  return {
    ...mail,
    subject: `[Proof] ${mail.subject}`,
    html: mail.html.replace(/<body[^>]*>/i, (tag) => `${tag}${banner}`),
    text: `${proof}\n\n${mail.text}`,
  };
}
