import { mailLineOf, type SimulationResult, type SimulationSummary, type SimulationTotals } from './journey/index.ts';

/** A simulation in writing: as a table for people, and line by line for machines. Pure. */

const iso = (at: number) => new Date(at).toISOString();

/** What came of it, for a terminal. */
export function tableLines({ summary }: Pick<SimulationResult, 'summary'>): string[] {
  const { from, to, people, events, mails, untouched, totals, stepMs, seed } = summary;
  const step = stepMs === 0 ? 'from due time to due time' : `in steps of ${stepMs / 60_000} min`;
  return [
    `${iso(from).slice(0, 16)} to ${iso(to).slice(0, 16)} UTC, ${step}, seed ${seed}`,
    `${events} events of ${people} people, of whom no journey touched ${untouched}; ${mails} mails`,
    ...totals.flatMap(totalLines),
    ...unansweredLines(summary),
    ...summary.misses.map((miss) => `MISS  ${miss}`),
  ];
}

function totalLines(total: SimulationTotals): string[] {
  const lines = ['', `${total.name} (${total.journey})`, row('would have come in', total.came)];
  lines.push(...parts('refused', total.refused), row('entered', total.entered));
  lines.push(...parts('still at', total.inside), ...parts('ended', total.ended));
  lines.push(row('mails planned', total.messages), row('  sent', total.sent), row('  held out', total.heldOut));
  return [...lines, ...parts('waits', total.waiting), ...parts('not sent', total.notSent)];
}

function parts(what: string, counts: Record<string, number>): string[] {
  return Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => row(`  ${what}: ${name}`, count));
}

function row(name: string, count: number): string {
  return `  ${name.padEnd(52)}${String(count).padStart(8)}`;
}

function unansweredLines({ unanswered }: SimulationSummary): string[] {
  const all = Object.entries(unanswered);
  return all.length === 0
    ? []
    : ['', ...all.map(([activity, count]) => `"${activity}" called somebody outside ${count} times; give it answers`)];
}

/** The whole result, one JSON text a line: the summary, then people, then mails. */
export function* resultLines({ summary, people, mails }: SimulationResult): Iterable<string> {
  yield JSON.stringify({ kind: 'summary', ...summary });
  for (const person of people) yield JSON.stringify({ kind: 'person', ...person });
  for (const mail of mails) {
    const { html, text } = mail;
    yield JSON.stringify({ kind: 'mail', ...mailLineOf(mail), html, text });
  }
}
