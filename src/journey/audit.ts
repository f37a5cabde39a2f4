import type { Jobs } from '../job/index.ts';
import type { Runner } from '../store/index.ts';
import { actionKind } from './act.ts';
import type { Journeys } from './journeys.ts';
import type { Activity } from './definition.ts';
import type { Run, Step } from './run.ts';
import { auditedRuns, type AuditedRun } from './table-audit.ts';

/** Something that is always true, and here is not: `which` names the invariant (trust.md §2.5). */
export interface BrokenRun {
  which: 'I13' | 'mover';
  runId: string;
  what: string;
}

/** Where a run stands whose mail somebody else has to know. */
export interface SendingPlace {
  runId: string;
  activity: string;
  visit: number;
}

/** What was found on a page of runs, and where the next one begins; null after the last. */
export interface RunAudit {
  broken: BrokenRun[];
  sending: SendingPlace[];
  cursor: string | null;
}

/**
 * Looks through a page of runs for what must never be: a history that does not lead to where the run stands (I13), and a
 * run that nothing will ever move: a wait without its row, a call without its job. Whether the mail of those `sending` is
 * there is for the ledger to say. What other processes do between the two looks of it may look wrong once: look twice.
 */
export async function auditRuns(
  parts: { runner: Runner; jobs: Jobs; journeys: Journeys },
  page: { after: string | null; limit: number },
): Promise<RunAudit> {
  const rows = await auditedRuns(parts.runner, page);
  const acting = rows.filter(({ state }) => state === 'acting').map(jobKey);
  const queued = await parts.jobs.queued(parts.runner, actionKind, acting);
  const broken = rows.flatMap((row) => {
    const activity = parts.journeys.version(row.journey, row.version)?.activities[row.activity];
    const found = faultsOf(row, { activity, isQueued: queued.has(jobKey(row)) });
    return found.map((fault) => ({ ...fault, runId: row.id }));
  });
  const sending = rows.filter(({ state }) => state === 'sending');
  return {
    broken,
    sending: sending.map(({ id, activity, moves }) => ({ runId: id, activity, visit: moves })),
    cursor: rows.length < page.limit ? null : rows.at(-1)!.id,
  };
}

const jobKey = ({ id, activity, moves }: AuditedRun) => `${id}/${activity}/${moves}`;

/** What is wrong with a run as it lies in the database. Pure. */
export function faultsOf(
  row: AuditedRun,
  { activity, isQueued }: { activity: Activity | undefined; isQueued: boolean },
): Omit<BrokenRun, 'runId'>[] {
  const faults: Omit<BrokenRun, 'runId'>[] = [];
  const fault = (which: BrokenRun['which'], what: string) => void faults.push({ which, what });
  if (row.count === 0 || row.count !== row.steps.at(-1)!.no + 1) fault('I13', 'A line of its history is missing');
  const possible = statesAfter(row.steps);
  if (!possible.includes(row.state)) fault('I13', `Its history ends ${possible.join(' or ')}, and it is ${row.state}`);
  if ((row.state === 'ended') !== (row.endedAt !== null)) fault('I13', 'It has ended, and has no end; or the reverse');
  const hasDue = row.state === 'waiting' && row.due !== null;
  if (hasDue && row.waitDue === null) fault('mover', 'It waits, and nothing will wake it');
  if (hasDue && row.waitDue !== null && row.waitDue !== row.due)
    fault('mover', 'It wakes at another time than it says');
  if (!hasDue && row.waitDue !== null) fault('mover', `It is ${row.state}, and something will wake it`);
  if (row.state === 'acting' && !isQueued) fault('mover', 'It acts, and nothing is queued for it');
  const kinds = standing[row.state];
  if (activity && kinds && !kinds.includes(activity.kind))
    fault('I13', `It is ${row.state} at an activity of kind ${activity.kind}`);
  return faults;
}

/** At which activities a run may stand in which state. */
const standing: Partial<Record<Run['state'], readonly Activity['kind'][]>> = {
  waiting: ['wait', 'listen', 'message'],
  // At a message while it asks for a fresh answer.
  acting: ['action', 'cap', 'message'],
  sending: ['message'],
};

/** Lines that say something of a run and leave it where it stands. */
const notes = new Set(['An earlier event came late', 'Its newest data']);

/** In which states a run may be by the end of its history (I13: replay gives the same state). Pure. */
function statesAfter(steps: readonly Pick<Step, 'kind' | 'reason'>[]): Run['state'][] {
  const last = steps.findLast(
    ({ kind, reason }) => kind !== 'carried' && !(kind === 'restarted' && notes.has(reason!)),
  );
  switch (last?.kind) {
    case undefined: // of a long history only the end is read
      return ['waiting', 'acting', 'sending'];
    case 'waiting': // a call that is under way has no line yet
      return ['waiting', 'acting'];
    case 'planned':
      return ['sending'];
    case 'ended':
    case 'exited':
      // Undoing a merge lets those wait again that it had ended.
      return steps.at(-1)?.kind === 'carried' ? ['ended', 'waiting'] : ['ended'];
    case 'moved':
      return ['acting', 'waiting'];
    default:
      return ['acting'];
  }
}
