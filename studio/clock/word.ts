import type { AdvanceReport, ClockView } from '../../src/api/contract.ts';
import { reasonWords } from '../ui/reason.ts';
import type { Say } from '../words/words.ts';

/**
 * What to say after the clock was moved: "It is now Tue 24 Nov 11:00. 3 mails sent, 1 held until 08:00 (quiet hours)."
 * `time` writes an instant, `until` writes when something held will go. Pure.
 */
export function advanceWords(
  report: AdvanceReport,
  held: ClockView['held'],
  say: Say,
  write: { time: (at: string) => string; until: (at: string) => string },
): string {
  const parts = [
    report.sent > 0 ? say('clock.sent', { count: report.sent }) : say('clock.nothingSent'),
    ...(report.heldOut > 0 ? [say('clock.heldOut', { count: report.heldOut })] : []),
    ...held.filter((one) => one.count > 0).map((one) => heldWords(one, say, write.until)),
  ];
  const sentences = [`${say('clock.moved', { time: write.time(report.now) })} ${parts.join(', ')}.`];
  if (report.running.length > 0) sentences.push(`${say('clock.running', { what: report.running.join(', ') })}.`);
  return sentences.join(' ');
}

function heldWords(one: ClockView['held'][number], say: Say, until: (at: string) => string): string {
  const values = { count: one.count, reason: reasonWords(one.reason, say) };
  return one.until === null ? say('clock.held', values) : say('clock.heldUntil', { ...values, time: until(one.until) });
}
