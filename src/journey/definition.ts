/**
 * A journey as a document: what starts it, what it does, what ends it. Lives equally in a file, in the API and on the
 * canvas. Conditions are texts in the one language; they see `event`, `profile`, `context` and `now`.
 */
export interface JourneyDefinition {
  /** Letters, digits and hyphens; the name in addresses. */
  key: string;
  name: string;
  description?: string;
  entry: Entry;
  /** Facts that end a waiting run at once; checked again right before each action. */
  exits?: ExitRule[];
  reentry?: {
    /** ISO duration that must have passed since the last entry; absent means any time. */ after?: string;
    never?: boolean;
  };
  /** Share held out, 0–0.9; default 0.1 (trust.md §5.1). */
  holdout?: number;
  /** A run due later than this after its time, because the system was down, ends as late. ISO duration. */
  lateness?: string;
  /** Hours in which no marketing mail leaves, recipient-local; default 21:00–08:00; null switches it off. */
  quietHours?: { from: string; to: string } | null;
  /** Name of the first activity. */
  start: string;
  activities: Record<string, Activity>;
}

export type Entry =
  | {
      kind: 'event';
      /** Fact or event type, such as `cart.changed` or `visit.ended`. */
      event: string;
      when?: string;
      /** Expression giving the concurrency key (a cart id); absent: one run a profile. */
      key?: string;
      /** What a further matching event does to a run that still waits. */
      onRepeat?: 'ignore' | 'restart';
    }
  | {
      kind: 'audience';
      /**
       * Who is read: the key of an audience, whose members of that moment they are; or an expression over `profile`, evaluated
       * for everybody at the moment of reading.
       */
      audience: string;
      /** Which of the members: an expression over `profile`; absent: all. */
      when?: string;
      /** Local time of day in the shop's zone, "10:00"; read daily. */
      at: string;
      zone?: string;
    };

export interface ExitRule {
  event: string;
  /** The run's key must equal this expression over the fact; absent: any run of the profile. */
  key?: string;
  when?: string;
  /** Plain words for the timeline: "Bought". */
  reason: string;
}

export type Activity = WaitActivity | ConditionActivity | CustomAction | MessageActivity | EndActivity;

export interface WaitActivity {
  kind: 'wait';
  label?: string;
  /** ISO duration of elapsed time. */
  for: string;
  next: string;
}

export interface ConditionActivity {
  kind: 'condition';
  label?: string;
  /** First true path wins (journeys A5). */
  paths: { label: string; when: string; next: string }[];
  otherwise: string;
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
  /** ISO duration, 0.1–120 s; default PT10S. */
  timeout?: string;
  /** Tries after the first, default 3; with back-off, never on 400, 401, 403, 404, 422. */
  retries?: number;
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
}

export interface EndActivity {
  kind: 'end';
  label: string;
}
