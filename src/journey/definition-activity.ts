/** What a journey can do with a run (journeys §1.2). Each has a name in `activities`; `next` names where to go on. */
export type Activity =
  | WaitActivity
  | ConditionActivity
  | SplitActivity
  | ExperimentActivity
  | CapActivity
  | ListenActivity
  | CustomAction
  | MessageActivity
  | UpdateActivity
  | JumpActivity
  | EndActivity;

/** Waits in one of four ways; `for` may be followed by `at`: "a day, and then until nine o'clock". */
export interface WaitActivity {
  kind: 'wait';
  label?: string;
  /** ISO duration of elapsed time. */
  for?: string;
  /** Expression giving a moment, or a date and time of the wall without a zone (journeys A2). What is over waits no more. */
  until?: string;
  /** Until the clock shows this time of day, "09:00", on one of `days` (Monday 1). */
  at?: string;
  days?: number[];
  /** Until the hour at which this person usually comes, within this ISO duration (journeys A3). */
  best?: string;
  next: string;
}

export interface ConditionActivity {
  kind: 'condition';
  label?: string;
  /** First true path wins (journeys A5). */
  paths: { label: string; when: string; next: string }[];
  otherwise: string;
}

/** By shares, 0–1; a person always takes the same path, whatever the version (journeys A6 beaten). */
export interface SplitActivity {
  kind: 'split';
  label?: string;
  paths: { label: string; share: number; next: string }[];
  /** For what the shares leave of the whole. */
  otherwise?: string;
}

/** A split whose paths are compared in the report (journeys X4). */
export interface ExperimentActivity {
  kind: 'experiment';
  label?: string;
  paths: { label: string; share: number; next: string }[];
  /** Share that takes none of the paths, of the whole; the rest is parted among the paths. */
  holdout?: number;
  /** Where those held out go on; needed with `holdout`. */
  otherwise?: string;
}

/** Lets at most so many runs by, in all or within a window (journeys A7). Counted over all versions. */
export interface CapActivity {
  kind: 'cap';
  label?: string;
  max: number;
  /** ISO duration of the window, which begins with the first that goes by; absent: for ever. */
  within?: string;
  next: string;
  otherwise: string;
}

/** Waits for the first of several facts (journeys A8, A9). */
export interface ListenActivity {
  kind: 'listen';
  label?: string;
  events: {
    /** Fact or event type; `message.clicked`, `message.opened` and `message.bounced` are reactions to our own mails. */
    event: string;
    /** For a reaction: the message activity of this journey whose mail it must be. */
    message?: string;
    /** The run's key must equal this expression over the fact. */
    key?: string;
    when?: string;
    label: string;
    next: string;
  }[];
  /** ISO duration after which it goes on by `otherwise`; absent: it waits as long as the run may last. */
  timeout?: string;
  otherwise?: string;
}

/** A declared HTTP call (design §4). A relative URL means our own origin. */
export interface CustomAction {
  kind: 'action';
  label?: string;
  /** Under this name the answer stands in `context.journey.actions.<name>`. */
  name: string;
  method: 'GET' | 'POST' | 'PUT';
  url: string;
  headers?: Record<string, string>;
  /** JSON; each string in it is a template of the one language, `"=expr"` gives the value itself. */
  body?: unknown;
  /** Expression over `response` that gives the part of the answer to keep; absent: all of it. */
  answer?: string;
  /** JSON Schema of the answer; names that read from it are checked when the journey is saved. */
  responseSchema?: unknown;
  /** Or a sample of it, such as the one in the service's documents. */
  responseSample?: unknown;
  /** What becomes of fields of the body that come out empty: they are left out, or sent as null (journeys C4). */
  nulls?: 'omit' | 'send';
  /** ISO duration of one try, 0.1–120 s; default PT10S. */
  timeout?: string;
  /** Tries after the first, 0–20, default 3: of silence, of 408, 429 and 5xx, never of other answers. */
  retries?: number;
  /** Pause before the second try, doubled for each further one up to `most`; default PT1S and PT10M. `Retry-After` goes before. */
  backOff?: { first?: string; most?: string };
  next: string;
  /** Where a failed call goes; absent: next. */
  onError?: string;
}

export interface MessageActivity {
  kind: 'message';
  label?: string;
  /** Key of the message template. */
  message: string;
  next: string;
  /** Where an excluded run goes; absent: next. */
  onExcluded?: string;
  /**
   * Of somebody without an address: how long the run waits for one, ISO duration. When the visitor is known in time, the
   * run goes on at once (journeys §5 11). Absent: the message is left out.
   */
  addressWithin?: string;
}

/** Writes attributes of the profile; later activities see them at once (journeys A13). */
export interface UpdateActivity {
  kind: 'update';
  label?: string;
  /** By name an expression; null clears. */
  attributes: Record<string, string>;
  next: string;
}

/** Begins a run in another journey whose entry is an event; this one goes on (journeys A12). */
export interface JumpActivity {
  kind: 'jump';
  label?: string;
  journey: string;
  /** By name an expression: the data of the event that the other journey sees. */
  data?: Record<string, string>;
  next: string;
}

export interface EndActivity {
  kind: 'end';
  label: string;
}
