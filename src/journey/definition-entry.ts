/** How people get into a journey (journeys §1.1). */
export type Entry = EventEntry | AudienceEntry;

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

/** The members of an audience are read, every day at a time. */
export interface AudienceEntry {
  kind: 'audience';
  /**
   * Who is read: the key of an audience, whose members of that moment they are; or an expression over `profile`, evaluated
   * for everybody at the moment of reading.
   */
  audience: string;
  /** Which of the members: an expression over `profile`; absent: all. */
  when?: string;
  /** Local time of day, "10:00"; read daily. */
  at: string;
  /** Whose clock; absent: the shop's. */
  zone?: string;
}
