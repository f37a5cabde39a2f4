import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { eventTypes } from '../event/index.ts';
import type { StepLine as JourneyStep } from '../journey/index.ts';
import type { MessageState } from '../message/index.ts';
import { tellStory, type MessageLine, type Story, type TimelineKind } from './timeline.ts';
import { timelineWords } from './timeline-words.ts';

const at = Date.parse('2026-11-23T10:00:00Z');
const nothing: Story = { events: [], steps: [], messages: [], clicks: [], orders: [] };
const tell = (story: Partial<Story>) =>
  tellStory({ ...nothing, ...story }, { look: () => undefined, nameOf: (key) => key }, { limit: 10 });

const mail = (state: MessageState, reason: string | null, arm: MessageLine['arm'] = null): MessageLine => ({
  id: 'm1',
  journey: 'cart',
  activity: 'mail',
  state,
  reason,
  arm,
  subject: null,
  plannedAt: at,
  acceptedAt: state === 'accepted' ? at : null,
  changedAt: at,
  due: at,
});

/** What a mail in each state is told as; a state more does not compile before it stands here. */
const states: Record<MessageState, TimelineKind> = {
  planned: 'planned',
  ready: 'planned',
  leased: 'planned',
  sending: 'planned',
  held: 'held',
  deferred: 'held',
  quarantined: 'held',
  in_doubt: 'sent',
  abandoned: 'sent',
  accepted: 'sent',
  rejected: 'refused',
  render_failed: 'refused',
  skipped: 'refused',
  expired: 'refused',
  cancelled: 'refused',
};

/** Every step of a run, and that somebody was not let in; null: the mail itself tells it. */
const steps: Record<JourneyStep['kind'], TimelineKind | null> = {
  entered: 'entered',
  waiting: 'waiting',
  restarted: 'waiting',
  heard: 'passed',
  passed: 'passed',
  action: 'action',
  planned: 'planned',
  messaged: null,
  updated: 'passed',
  jumped: 'passed',
  moved: 'passed',
  carried: 'waiting',
  exited: 'exited',
  ended: 'ended',
  refused: 'refused',
};

describe('one person’s timeline is complete (design §4 “measure”: why not, for each refusal)', () => {
  it.each(Object.entries(states) as [MessageState, TimelineKind][])('tells of a mail that is %s', (state, kind) => {
    const [line] = tell({ messages: [mail(state, 'because of it')] });
    expect(line).toMatchObject({ kind, reason: 'because of it', messageId: 'm1' });
    expect(timelineWords).toHaveProperty([line!.said!.code.replace('timeline.', '')]);
    if (kind !== 'sent') expect(line!.text).toContain('because of it');
  });

  it.each(Object.entries(steps) as [JourneyStep['kind'], TimelineKind | null][])(
    'tells of the step %s',
    (kind, told) => {
      const step = { at, journey: 'cart', activity: 'wait', kind, reason: 'because of it', detail: null };
      const lines = tell({ steps: [step] });
      if (told === null) return void expect(lines).toEqual([]);
      expect(lines).toMatchObject([{ kind: told, reason: 'because of it', journey: 'cart' }]);
      expect(timelineWords).toHaveProperty([lines[0]!.said!.code.replace('timeline.', '')]);
    },
  );

  it.each(eventTypes)('tells of the event %s, in words of its own', (type) => {
    const event = { id: 'e', source: 'edge:shop', types: [type], happenedAt: at, receivedAt: at, level: 0 as const };
    const [line] = tell({ events: [{ ...event, visitor: 'ecid:1', identities: [] }] });
    if (type === 'message.accepted' || type === 'message.heldOut' || type === 'message.clicked') {
      return void expect(line, 'told by the mail or the click itself').toBeUndefined();
    }
    expect(line!.text).not.toBe(type);
    expect(timelineWords).toHaveProperty([line!.said!.code.replace('timeline.', '')]);
  });

  it('says held out, and not what the last gate wrote down', () => {
    expect(tell({ messages: [mail('skipped', 'held out', 'control')] })).toMatchObject([
      { kind: 'heldOut', reason: 'held out' },
    ]);
  });

  it('gives every reason of the gates as it stands in them, and the studio has words for it', () => {
    const folder = new URL('../message/', import.meta.url);
    const sources = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
    const reasons = sources.flatMap((name) =>
      [...readFileSync(new URL(name, folder), 'utf8').matchAll(/(?:\bskip\(|\bskip: |\breason: )'([a-z][^']*)'/g)].map(
        ([, reason]) => reason!,
      ),
    );
    expect(reasons).toEqual(expect.arrayContaining(['no consent', 'suppressed', 'no address', 'no items', 'erased']));
    const english = new URL('../../studio/words/', import.meta.url);
    const words = readdirSync(english)
      .filter((name) => name.startsWith('en'))
      .map((name) => readFileSync(new URL(name, english), 'utf8'))
      .join('');
    const without = [...new Set(reasons)].filter((reason) => !words.includes(`'reason.${reason}'`));
    expect(without.filter((reason) => !elsewhere.has(reason))).toEqual([]);
    for (const reason of new Set(reasons)) {
      const [line] = tell({ messages: [mail('skipped', reason)] });
      expect(line).toMatchObject({ kind: 'refused', reason, text: `No mail was sent: ${reason}` });
    }
  });
});

/** Why an address stands in the suppression list, and why the switch holds back all mail: no mail’s own reasons. */
const elsewhere = new Set(['manual', 'the database was copied or restored from a dump since it last sent']);
