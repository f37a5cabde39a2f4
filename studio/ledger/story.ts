import type { LedgerStory } from '../../src/api/contract-ledger.ts';
import { reasonWords } from '../ui/reason.ts';
import { type Say, isKey } from '../words/words.ts';

/** One line of a mail's history. */
export interface StoryLine {
  at: string | null;
  tone: 'quiet' | 'good' | 'wait' | 'harm' | 'signal';
  what: string;
  /** What the host said, or why. */
  says: string | null;
}

/** What became of a mail, in the order in which it happened: planned, tried, answered, decided, heard. Pure. */
export function storyLines(story: LedgerStory, say: Say): StoryLine[] {
  return [
    line(story.plannedAt, 'quiet', say('ledger.story.planned', { activity: story.activity })),
    ...(story.crashes > 0 ? [line(null, 'wait', say('ledger.story.crashes', { count: story.crashes }))] : []),
    ...story.wire.flatMap((attempt) => attemptLines(attempt, say)),
    ...(story.resent ? [line(null, 'wait', say('ledger.story.resent'))] : []),
    ...standing(story, say),
    ...story.heard.map(({ kind, at, says, status }) =>
      line(at, goodNews.has(kind) ? 'good' : 'harm', heardWords(kind, say), says ?? status),
    ),
  ];
}

function line(at: string | null, tone: StoryLine['tone'], what: string, says: string | null = null): StoryLine {
  return { at, tone, what, says };
}

function attemptLines({ no, startedAt, endedAt, transport, result, late }: LedgerStory['wire'][number], say: Say) {
  const lines = [line(startedAt, 'signal', say('ledger.story.attempt', { no, transport }))];
  if (result) lines.push(line(endedAt, toneOf(result), resultWords(result, say), result.says));
  if (late) lines.push(line(null, toneOf(late), say('ledger.story.late'), late.says));
  return lines;
}

type Result = NonNullable<LedgerStory['wire'][number]['result']>;

function toneOf({ kind }: Result): StoryLine['tone'] {
  return kind === 'accepted' ? 'good' : kind === 'lost' ? 'wait' : 'harm';
}

function resultWords({ kind, code, bodyEnded }: Result, say: Say): string {
  if (kind === 'accepted') return say('ledger.story.accepted');
  if (kind === 'answered') return say('ledger.story.answered', { code: code ?? 0 });
  return say(bodyEnded ? 'ledger.story.lostAfter' : 'ledger.story.lostBefore');
}

const goodNews = new Set(['delivered', 'replied', 'auto-replied']);

function heardWords(kind: string, say: Say): string {
  const key = `ledger.heard.${kind}`;
  return isKey(key) ? say(key) : kind;
}

/** Where it stands now, and what will be decided where nobody knows yet. */
function standing({ state, reason, changedAt, deadline, class: kind }: LedgerStory, say: Say): StoryLine[] {
  if (state === 'accepted') return [];
  const why = reason === null ? null : reasonWords(reason, say);
  const lines = [line(changedAt, standingTone[state] ?? 'quiet', say(`ledger.state.${state}`), why)];
  if (state === 'in_doubt') lines.push(line(null, 'wait', say(decisionKey(kind))));
  if (state === 'abandoned') lines.push(line(changedAt, 'harm', say('ledger.decided.abandoned')));
  if (state === 'quarantined') lines.push(line(null, 'harm', say('ledger.decided.quarantined')));
  if (waits.has(state)) lines.push(line(deadline, 'quiet', say('ledger.story.deadline')));
  return lines;
}

const waits = new Set(['planned', 'held', 'ready', 'deferred']);
const standingTone: Partial<Record<LedgerStory['state'], StoryLine['tone']>> = {
  in_doubt: 'wait',
  held: 'wait',
  deferred: 'wait',
  rejected: 'harm',
  render_failed: 'harm',
  abandoned: 'harm',
  quarantined: 'harm',
};

/** What becomes of a doubtful mail of this class once nobody has lifted the doubt. */
export function decisionKey(kind: LedgerStory['class']) {
  return kind === 'transactional' ? 'ledger.decides.transactional' : 'ledger.decides.marketing';
}
