import { Scores } from './scores.ts';
import type { ListQuery } from './source.ts';

/** What a list is reckoned in: its parts, and the whole. It stays until another query comes, so that the same one may go on. */
export class Scratches {
  /** By neighbours, by rules or pairs, by a model or a second step, by content. */
  readonly near = new Scores();
  readonly other = new Scores();
  readonly third = new Scores();
  readonly fourth = new Scores();
  readonly whole = new Scores();
  /** Whose scores these are: a list asked for again, deeper, is not reckoned again. */
  #query: ListQuery | null = null;

  /** Do they hold the scores of this query? */
  has(query: ListQuery): boolean {
    return this.#query === query;
  }

  /** The same; if they do not they are clear now, and are its own from now on. */
  holds(query: ListQuery): boolean {
    if (this.has(query)) return true;
    this.clear();
    this.#query = query;
    return false;
  }

  clear(): void {
    this.#query = null;
    for (const scores of [this.near, this.other, this.third, this.fourth, this.whole]) scores.clear();
  }

  /** What was learned, or how it is reckoned, is another: nothing scored before holds. */
  expire(): void {
    this.#query = null;
  }
}
