import type { Step } from './step.ts';
import type { Spoil } from './world.ts';

const well = { by: 0, fault: null } as const;
/** A mail is put off, the journey is paused, and the mail's time comes. */
const putOff: Step[] = [
  { act: { do: 'wire', wire: 'later' }, minutes: 300, ...well },
  { act: { do: 'life', plan: 0, what: 'pause' }, minutes: 0, ...well },
  { act: { do: 'wire', wire: 'takes' }, minutes: 60, ...well },
];

/** Everybody withdraws while mails are on their way. */
const withdrawn: Step[] = [
  ...[0, 1, 2].map((who): Step => ({
    act: { do: 'deed', who, deed: 'withdraws', coming: 'now' },
    minutes: 0,
    ...well,
  })),
  { act: { do: 'later', minutes: 300 }, minutes: 0, ...well },
  { act: { do: 'later', minutes: 1200 }, minutes: 0, ...well },
];

/** Of the first mails is told twice, the surer word first. */
const told: Step[] = [
  { act: { do: 'later', minutes: 300 }, minutes: 0, ...well },
  ...[0, 1, 2].flatMap((who) =>
    (['does not exist', 'is full'] as const).map((report): Step => ({
      act: { do: 'report', who, report, coming: 'now' },
      minutes: 0,
      ...well,
    })),
  ),
];

/** Faults that a product of this kind really has had, planted here: the run must find each, and say by which steps. */
export const planted: { fault: string; finds: string; from: number; steps?: Step[]; spoil: Spoil }[] = [
  {
    fault: 'the mail is planned in a transaction of its own, beside the run that orders it',
    finds: 'I4|mover',
    from: 2,
    spoil: ({ messages, store }) => {
      const plan = messages.planAll.bind(messages);
      messages.planAll = (_tx, orders) => store.inTransaction((tx) => plan(tx, orders));
    },
  },
  {
    fault: 'a withdrawn consent is heard by nobody but the profile, and the gate looks at what it remembers',
    finds: 'I2',
    from: 2,
    steps: withdrawn,
    spoil: ({ profiles }) => {
      const lock = profiles.lock.bind(profiles);
      profiles.lock = async (tx, ids) => {
        const found = await lock(tx, ids);
        const yes = { state: 'in', at: 0, source: 'server' } as const;
        for (const one of found.values()) one.state.consent = { ...one.state.consent, 'email-marketing': yes };
        return found;
      };
    },
  },
  {
    fault: 'the run is told of its mail after the commit, and not in it',
    finds: 'told|mover',
    from: 1,
    spoil: ({ runner, store }) => {
      const messaged = runner.messaged.bind(runner);
      runner.messaged = async (tx, result) =>
        tx.afterCommit(() => void store.inTransaction((own) => messaged(own, result)).catch(() => {}));
    },
  },
  {
    fault: 'a pause is not looked at before a mail leaves',
    finds: 'row 60',
    from: 2,
    steps: putOff,
    spoil: ({ runner }) => {
      const stillTrue = runner.stillTrue.bind(runner);
      runner.stillTrue = async (tx, places) =>
        (await stillTrue(tx, places)).map((one) => (typeof one === 'object' ? true : one));
    },
  },
  {
    fault: 'of what a provider tells the last word stays, not the surest',
    finds: 'I16',
    from: 2,
    steps: told,
    spoil: (_rooms, store) => {
      const inTransaction = store.inTransaction.bind(store);
      store.inTransaction = (work) =>
        inTransaction((tx) =>
          work({
            ...tx,
            run: (statement) =>
              tx.run(
                statement.name === 'heard-keep'
                  ? { text: statement.text.replace('excluded.weight > h.weight', 'true'), values: statement.values! }
                  : statement,
              ),
          }),
        );
    },
  },
];
