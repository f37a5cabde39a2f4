import { wilsonBounds } from '../base/index.ts';

/** What came back of the marketing mails of a scope, within its window. */
export interface BrakeCounts {
  /** Mails that hosts took. */
  sent: number;
  /** Of those, and of those refused at once: addresses that do not exist. */
  hard: number;
  complained: number;
}

/** A journey, a sending domain of several, all marketing mail, or that of a template which cannot be written. */
export type BrakeScope = 'all' | `journey:${string}` | `domain:${string}` | `template:${string}`;

export interface Judgement {
  level: 'fine' | 'watch' | 'stop';
  /** In words, with the numbers; null when all is fine. */
  why: string | null;
}

/**
 * Shares at which hosts and providers begin to act (trust §1.4), each by its Wilson lower bound, so that one of 200 stops
 * nothing; and not before there are as many mails and cases as that (trust §1.4 "Automatic brake").
 */
export const brakeRules = {
  windowMs: 7 * 86_400_000,
  /** Where more than this went within the window, the last of them count. */
  window: 10_000,
  leastSent: 1000,
  complained: { least: 3, watch: 0.0008, journey: 0.002, all: 0.003 },
  hard: { least: 3, watch: 0.03, journey: 0.05, all: 0.05 },
};

/** What the counts of a scope call for. Pure. */
export function judgeBrake(scope: BrakeScope, { sent, hard, complained }: BrakeCounts): Judgement {
  const of = sent + hard;
  if (of < brakeRules.leastSent) return { level: 'fine', why: null };
  const own = scope.startsWith('journey:') ? 'journey' : 'all';
  const shares = [
    { count: complained, of: sent, rules: brakeRules.complained, what: 'readers complained' },
    { count: hard, of, rules: brakeRules.hard, what: 'addresses do not exist' },
  ].map(({ count, of: all, rules, what }) => {
    const low = count < rules.least ? 0 : wilsonBounds(Math.min(count, all), all).low;
    const level = low >= rules[own] ? 'stop' : low >= rules.watch ? 'watch' : 'fine';
    return { level, why: `${count} of ${all} ${what}` } as const;
  });
  const worst = shares.find(({ level }) => level === 'stop') ?? shares.find(({ level }) => level === 'watch');
  return worst ?? { level: 'fine', why: null };
}

/** Of so many mails of a template in a row, so many that cannot be written stop the rest of them (trust row 62). */
export const makingRules = { last: 20, faults: 10 };

/** The last mails that were made of each template, by version: a mended one begins anew. */
export class Makings {
  readonly #last = new Map<string, boolean[]>();

  /** @returns true when these were too many, which then count no more */
  note(template: string, failed: boolean): boolean {
    const last = this.#last.get(template) ?? [];
    this.#last.delete(template);
    last.push(failed);
    if (last.length > makingRules.last) last.shift();
    if (last.filter(Boolean).length >= makingRules.faults) return true;
    this.#last.set(template, last);
    if (this.#last.size > 1000) this.#last.delete(this.#last.keys().next().value!);
    return false;
  }
}

/** A share of complaints that a mailbox host shows to senders alone, typed in by who has read it there. */
export interface ToldShare {
  /** Of the sender. */
  domain: string;
  /** `gmail`. */
  host: string;
  /** The day it is of, `2026-11-23`. */
  day: string;
  /** 0.003 is three of a thousand. */
  share: number;
}

/** What such shares call for, by the worst day: the host has counted them, so that no bound is taken. Pure. */
export function judgeTold(told: readonly ToldShare[]): Judgement {
  const worst = told.reduce<ToldShare | null>((most, one) => (most && most.share >= one.share ? most : one), null);
  const { watch, all } = brakeRules.complained;
  if (worst === null || worst.share < watch) return { level: 'fine', why: null };
  const percent = `${Number((worst.share * 100).toFixed(3))} %`;
  return {
    level: worst.share >= all ? 'stop' : 'watch',
    why: `${worst.host} says that ${percent} complained on ${worst.day}`,
  };
}
