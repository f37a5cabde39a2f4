/** How people get into a journey (journeys §1.1). */
export type Entry = EventEntry | AudienceEntry | BusinessEntry;

/** A fact of one person lets that person in. */
export interface EventEntry {
  kind: 'event';
  /** Fact or event type, such as `cart.changed`, `visit.ended`, `audience.entered`. */
  event: string;
  when?: string;
  /** Expression giving a list: each of its elements begins a run of its own, and is `event.each` in it (journeys E9). */
  each?: string;
  /** Expression giving the concurrency key (a cart id); absent: one run a profile. */
  key?: string;
  /** What a further matching event does to a run that still waits: nothing, begin anew, or bring its newest data. */
  onRepeat?: 'ignore' | 'restart' | 'update';
}

/** The members of an audience are read, at a time. */
export interface AudienceEntry {
  kind: 'audience';
  /**
   * Who is read: the key of an audience, whose members of that moment they are; or an expression over `profile`, evaluated
   * for everybody at the moment of reading.
   */
  audience: string;
  /** Which of the members: an expression over `profile`; absent: all. */
  when?: string;
  /** Local time of day, "10:00". */
  at: string;
  /** Whose clock; absent: the shop's. */
  zone?: string;
  /** How often; default `day`. `once`: on `date`, or as soon as the hour comes after publishing. */
  every?: 'day' | 'week' | 'month' | 'once';
  /** Of a week the days (Monday 1), of a month the dates (31: the last). */
  on?: number[];
  /** The day of a reading that is done once, "2026-12-01". */
  date?: string;
  /** The last day on which it is read. */
  until?: string;
  /** Only who has come to the audience since the last reading; the first reading takes all (journeys E14). */
  incremental?: boolean;
  /** Those who are still inside: left alone, or begun anew (journeys E15). */
  inside?: 'leave' | 'restart';
  /** Parts of the audience, one after the other: shares of the whole, and how long after the first each begins (E18). */
  waves?: { share: number; after: string }[];
  /** At most so many runs a second. */
  rate?: number;
}

/** Something that happened to no person, such as a price that fell, lets the people in whom it concerns (journeys E20). */
export interface BusinessEntry {
  kind: 'business';
  /** `item.changed`, or a business event that the shop sends. */
  event: string;
  /**
   * A condition over `event`. Of `item.changed` it is asked of each change (`event.field` is `price`, `stock`, `new` or
   * `gone`), and those for which it holds are `event.items`, their ids `event.ids`.
   */
  when?: string;
  /** Key of an audience, or an expression over `profile` and `event`, such as `intersects(event.ids, profile.viewed)`. */
  audience: string;
  /** Expression giving a list: each of its elements begins a run of its own, and is `event.each` in it. */
  each?: string;
  /** Expression over `event` and `profile` giving the concurrency key, such as `event.each.id`. */
  key?: string;
  rate?: number;
}
