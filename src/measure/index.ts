/**
 * measure — says what the mails did: orders, attribution, the comparison of arms, and one person's timeline.
 *
 * In:     facts and events of the fold; counts, steps and messages through slots
 * Out:    the journey's report, a person's timeline, credited orders
 * Owns:   tables measure_pick, measure_shown, measure_shown_month, measure_shown_delta, measure_rule, measure_weight, measure_unit, measure_sent, measure_click, measure_order, measure_refund, measure_credit, measure_person,
 *         measure_rate, measure_journey · the roll-up: measure_delta, measure_tally, measure_day, measure_zone
 * Knows:  base, store, job, language, event, profile, catalog, journey, message
 * Never:  assigns an arm; sends anything; shows an interval below the floors
 * Start:  statistics.ts and credit.ts (pure), then measure.ts
 */
export type { Bandit, ComparisonReport } from './comparing.ts';
export {
  clickIdOf,
  creditedClick,
  creditOf,
  creditRule,
  creditWindowMs,
  type CreditRule,
  type HumanClick,
} from './credit.ts';
export type { CreditLine, ItemLine as CreditedItem, RecommendationLine } from './crediting.ts';
export { isItemGroup, itemGroups, type FunnelRow, type ItemGroup } from './funnel.ts';
export { planSize } from './plan.ts';
export * from './measure.ts';
export type { PeriodComparison, PeriodFigures } from './period.ts';
export type { Rate } from './rates.ts';
export type { RuleCredit } from './table-credit.ts';
export * from './report.ts';
export * from './statistics.ts';
export { noSums, type ArmRow } from './table-arms.ts';
export type { AuditPlace, WrongSum } from './audit.ts';
export { shownGroups, type ShownGroup } from './table-shown.ts';
export { readAs, readings, type Reading, type ReadingName } from './verdict.ts';
export { emptyMeasure } from './table.ts';
export { migrations } from './table-migration.ts';
export * from './timeline.ts';
export { timelineWords } from './timeline-words.ts';
