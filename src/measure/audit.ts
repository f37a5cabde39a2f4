import type { Store } from '../store/index.ts';
import { auditDaysOf, auditMailsShown, auditMonth, firstDay, journeysBegun } from './table-audit.ts';
import { auditSlice, nextSlice, type TallySlice } from './table-tally.ts';

/** Where a look at the roll-ups has come to: hours of people, a comparison after the other, and then what mails and pages showed and how mails ended, a day after the other. */
export type AuditPlace = { part: 'people'; slice: TallySlice } | { part: 'days'; day: string };

/** A roll-up that is not what it is made of: which, of which journey (empty: of pages), from when on, UTC ms. */
export interface WrongSum {
  sums: 'hours' | 'days' | 'shown' | 'months' | 'mails';
  journey: string;
  hour: number;
}

interface AuditParts {
  store: Store;
  zone: string;
  now: number;
  /** Of these journeys those whose mails of a day are not added up as the ledger has them. */
  mails?: ((journeys: readonly string[], day: string) => Promise<string[]>) | undefined;
}

/** Looks at the next piece. @returns what is not what it should be, and where to go on; a `next` of null begins anew */
export async function auditNext(
  parts: AuditParts,
  last: AuditPlace | null,
): Promise<{ broken: WrongSum[]; next: AuditPlace | null }> {
  const { store, zone } = parts;
  if (last?.part !== 'days') {
    const slice = await nextSlice(store, last?.slice ?? null);
    if (slice !== null) {
      const { journey } = slice;
      const hours = await auditSlice(store, slice);
      const days = slice.from === null ? await auditDaysOf(store, journey, zone) : [];
      const broken: WrongSum[] = [
        ...hours.map((hour) => ({ sums: 'hours' as const, journey, hour })),
        ...days.map((day) => ({ sums: 'days' as const, journey, hour: Date.parse(day) })),
      ];
      return { broken, next: { part: 'people', slice } };
    }
  }
  const day = last?.part === 'days' ? dayAfter(last.day) : await firstDay(store);
  if (day === null || Date.parse(day) > parts.now) return { broken: [], next: null };
  return { broken: await auditDay(parts, day, last?.part !== 'days'), next: { part: 'days', day } };
}

async function auditDay({ store, mails }: AuditParts, day: string, first: boolean): Promise<WrongSum[]> {
  const hour = Date.parse(day);
  const wrong = (sums: WrongSum['sums'], journeys: string[]) => journeys.map((journey) => ({ sums, journey, hour }));
  return [
    ...wrong('shown', await auditMailsShown(store, day)),
    ...(day.endsWith('-01') || first ? wrong('months', await auditMonth(store, day)) : []),
    ...wrong('mails', (await mails?.(await journeysBegun(store), day)) ?? []),
  ];
}

const dayAfter = (day: string) => new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
