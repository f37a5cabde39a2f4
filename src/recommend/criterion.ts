import type { Because, Person, RecommendRequest } from './answer.ts';
import type { Model } from './model.ts';
import type { Scores } from './scores.ts';

/** What a criterion is asked: the model, and what is known of this request, checked and bounded. */
export interface Ask {
  model: Model;
  /** A scratch, clear on entry; the criterion clears it before it returns. */
  scores: Scores;
  /** The key items, each once. */
  keys: readonly string[];
  /** What the person viewed, newest first. */
  viewed: readonly { item: string; at: number }[];
  limit: number;
  /** May this item be shown: in the catalogue, in stock, not excluded, not a key. */
  accept(id: string): boolean;
  /** The item's name in the catalogue, or null. */
  nameOf(id: string): string | null;
}

/** An item that a criterion offers, with its reason. */
export interface Candidate {
  id: string;
  /** 0–1, falling. */
  score: number;
  reason: string;
  because: Because[];
}

/** A way of choosing items. Pure: the same ask gives the same candidates. */
export interface Criterion {
  key: string;
  /** For shoppers, above the items. */
  title: string;
  /** For marketers: what it shows and what fills in. */
  description: string;
  /** Are items the person bought left out (recommendations C-1)? */
  hidesPurchased: boolean;
  /** Which items the answer builds on. Throws CRITERION_ITEM_MISSING. */
  keysOf(request: RecommendRequest, person: Person | null): string[];
  /** At most `limit` items that pass `accept`, best first, none twice. */
  candidates(ask: Ask): Candidate[];
}

/** Tells two items of one score apart: the more viewed first, then by id (recommendations §6). */
export function tieOrder(model: Model): (a: number, b: number) => number {
  return (a, b) =>
    model.viewed.weight(b) - model.viewed.weight(a) || (model.items.name(a) < model.items.name(b) ? -1 : 1);
}
