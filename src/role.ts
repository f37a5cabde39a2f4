/**
 * What a process does. All of it by default; several processes on one PostgreSQL may share it out, each role as often as
 * it is needed (docs/guide/operate.md).
 *
 * - `collect`: the doors by which events come in, and the links in mails
 * - `recommend`: the doors that answer with recommendations; learns what happened, in memory
 * - `journey`: what happens by itself: folds events, moves runs, calls actions, adds up reports, looks after owners
 * - `send`: hands mails to the way out, and reads what comes back
 * - `studio`: the studio and all doors of management; feeds, replays, simulations
 */
export const allRoles = ['collect', 'recommend', 'journey', 'send', 'studio'] as const;
export type Role = (typeof allRoles)[number];

/** The roles of a process. */
export class Roles {
  readonly list: readonly Role[];

  constructor(list: readonly Role[] = allRoles) {
    this.list = allRoles.filter((role) => list.includes(role));
  }

  /** Has it any of these? */
  has(...asked: readonly Role[]): boolean {
    return asked.some((role) => this.list.includes(role));
  }

  get areAll(): boolean {
    return this.list.length === allRoles.length;
  }

  /** Does it hold what the recommender learned? The studio needs that for its previews. */
  get learns(): boolean {
    return this.has('recommend', 'studio');
  }
}
