/**
 * measure — says what the mails did: orders, attribution, the comparison of arms, and one person's timeline.
 *
 * In:     facts and events of the fold; counts, steps and messages through slots
 * Out:    the journey's report, a person's timeline, credited orders
 * Owns:   tables measure_unit, measure_sent, measure_click, measure_order, measure_credit, measure_person
 * Knows:  base, store, job, language, event, profile, catalog, journey, message
 * Never:  assigns an arm; sends anything; shows an interval below the floors
 * Start:  statistics.ts and credit.ts (pure), then measure.ts
 */
export { clickIdOf, creditOf, creditRule, creditWindowMs, type HumanClick } from './credit.ts';
export * from './measure.ts';
export * from './report.ts';
export * from './statistics.ts';
export { emptyMeasure, migrations } from './table.ts';
export * from './timeline.ts';
