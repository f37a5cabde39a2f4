import { quietUntil } from '../journey/index.ts';
import type { ProfileState } from '../profile/index.ts';
import { judgeAddress } from './address.ts';
import type { MessageRow } from './message.ts';
import { effectiveZone } from './quiet.ts';

/** How many marketing mails one profile may get in a sliding window, over all journeys. */
export interface Cap {
  windowMs: number;
  count: number;
}

/** What the gates look at; collected under the profile's lock. Times are UTC ms of business time. */
export interface GateInput {
  message: Pick<MessageRow, 'class' | 'quietHours' | 'journey' | 'profileId' | 'rank'>;
  profile: ProfileState | null;
  suppressed: boolean;
  /** What the reader has chosen: a topic of this mail that they do not want, until when they pause, how often they want mail. */
  chosen?: undefined | { off: string | null; pausedUntil: number | null; cap: Cap | null };
  /** This profile's slots, other messages only: when they were taken, and under which name they count together. */
  slots: readonly { at: number; group: string }[];
  /** Mails to this profile that go before this one and wait: when they are looked at, and under which name they count. */
  ahead: readonly { due: number; group: string }[];
  /** Does this message hold its slot already (a second claim)? */
  hasSlot: boolean;
  now: number;
  shopZone: string;
  /** Added to the end of quiet hours, so that not everybody's mail leaves at the same second. */
  jitter: number;
  caps: readonly Cap[];
  /** May this address be written to at all; absent: any may (journeys G4). */
  mayReach?: (address: string) => boolean;
  /** Does the next hop take addresses beyond ASCII? Null: it has not been asked yet. */
  utf8: boolean | null;
}

export type Verdict =
  | { go: true; address: string; zone: string }
  | { go: false; skip: string }
  | { go: false; hold: string; until: number };

/**
 * The gates before rendering in the order of design §7 "Sending", with the one primary reason: suppression, consent,
 * quiet hours, cap. "Still true" and "in stock" follow in the caller, size after rendering, holdout last. Pure.
 */
export function decideGates(input: GateInput): Verdict {
  const { message, profile, now } = input;
  if (!profile) return skip('profile is gone');
  if (input.suppressed) return skip('suppressed');
  if (message.class === 'marketing' && !consents(profile)) return skip('no consent');
  const unwanted = message.class === 'marketing' ? unwantedBy(input) : null;
  if (unwanted !== null) return skip(unwanted);
  if (profile.email === null) return skip('no address');
  const address = judgeAddress(profile.email);
  if ('refused' in address) return skip(`address refused: ${address.refused}`);
  if (input.mayReach && !input.mayReach(address.address)) return skip(notListed);
  if (address.foreign && input.utf8 === false) return skip(eaiRefused);
  if (address.foreign && input.utf8 === null) return { go: false, hold: askingUtf8, until: now + lookMs };
  const zone = effectiveZone(profile.timeZone, input.shopZone);
  if (message.class === 'marketing') {
    const quiet = quietUntil(now, message.quietHours, zone);
    if (quiet !== null) return { go: false, hold: 'quiet hours', until: quiet + input.jitter };
    const cap = input.hasSlot ? undefined : lostCap(input, input.slots);
    if (cap) return skip(`cap: ${cap.count} in ${windowWords(cap.windowMs)}${cap.group ? ` of ${cap.group}` : ''}`);
    const next = input.hasSlot ? undefined : waitsFor(input);
    if (next !== undefined) return { go: false, hold: 'a mail that goes before', until: next };
    if (profile.claimedPurchaseUntil !== null && profile.claimedPurchaseUntil > now) {
      return { go: false, hold: 'may have bought', until: profile.claimedPurchaseUntil };
    }
  }
  return { go: true, address: address.address, zone };
}

/** Only those on the list of this installation get mail. */
export const notListed = 'not among the addresses that may get mail here';

/** The address needs SMTPUTF8, and the next hop has not got it (row 6). */
export const eaiRefused = 'address refused: undeliverable_eai';
/** Held until the next hop was asked. */
export const askingUtf8 = 'the mail host is asked whether it takes such an address';

/** Never-purchased profiles need the same explicit consent, so one rule serves all (design §7 "Identity"). */
export function consents({ consent }: ProfileState): boolean {
  return consent['email-marketing']?.state === 'in' && consent.collect?.state !== 'out';
}

/** Why the reader does not want this mail, or none now; their own word stands with their consent. */
function unwantedBy({ chosen, now }: GateInput): string | null {
  if (!chosen) return null;
  if (chosen.pausedUntil !== null && chosen.pausedUntil > now) return 'paused by the reader';
  return chosen.off === null ? null : `topic not wanted: ${chosen.off}`;
}

/** A cap, and the group of journeys to whose mails it is confined. */
interface NamedCap extends Cap {
  group?: string;
}

function lostCap(
  { caps, now, message: { rank }, chosen }: GateInput,
  slots: readonly { at: number; group: string }[],
): NamedCap | undefined {
  const own = rank?.cap ? [{ ...rank.cap, group: rank.group }] : [];
  const wanted = chosen?.cap ? [chosen.cap] : [];
  return [...caps, ...wanted, ...own].find((cap: NamedCap) => {
    const counted = slots.filter(({ at, group }) => at > now - cap.windowMs && (cap.group ?? group) === group);
    return counted.length >= cap.count;
  });
}

/** How long a look at a mail that goes before may take, ms. */
const lookMs = 60_000;

/** Were this one sent, there would be no place left for one that goes before: it waits until that is decided. */
function waitsFor(input: GateInput): number | undefined {
  const { ahead, slots, now } = input;
  if (ahead.length === 0) return undefined;
  const all = [...slots, ...ahead.map(({ group }) => ({ at: now, group }))];
  return lostCap(input, all) && Math.max(now, ...ahead.map(({ due }) => due)) + lookMs;
}

function windowWords(ms: number): string {
  const hours = ms / 3_600_000;
  return hours % 24 === 0 && hours > 24 ? `${hours / 24} days` : `${hours} hours`;
}

function skip(reason: string): Verdict {
  return { go: false, skip: reason };
}
