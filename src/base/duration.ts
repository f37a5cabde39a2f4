import { BeckonError, defineErrors } from './error.ts';

const errors = defineErrors({
  DURATION_UNREADABLE: {
    status: 400,
    mend: 'Write an ISO 8601 duration such as PT4H, P1D or PT30M; months and years are not elapsed time',
  },
});

const form = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** ISO 8601 duration → milliseconds. A day is 24 hours of elapsed time (design §7 "Time"). Throws DURATION_UNREADABLE. */
export function durationMs(text: string): number {
  const found = form.exec(text);
  if (!found || text === 'P' || text.endsWith('T')) {
    throw new BeckonError(errors.DURATION_UNREADABLE, `"${text}" is not a duration`);
  }
  const [weeks, days, hours, minutes, seconds] = found.slice(1).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  return ((((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}
