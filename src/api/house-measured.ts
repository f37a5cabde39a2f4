import type {
  ComparisonReport,
  CreditedItem,
  CreditLine,
  CreditRule,
  PeriodComparison,
  RecommendationLine,
  ShownGroup,
} from '../measure/index.ts';

interface Span {
  from: number | null;
  until: number | null;
}

/** Reports besides a journey's own; null when there is no such journey. Times are UTC ms, money in major units. */
export interface MeasuredDoor {
  experiments(key: string): Promise<ComparisonReport[] | null>;
  global(): Promise<ComparisonReport[]>;
  periods(
    key: string,
    spans: { now: { from: number; until: number }; before: { from: number; until: number } },
  ): Promise<PeriodComparison | null>;
  credits(key: string): Promise<{ model: string; days: number; orders: number; revenue: number }[] | null>;
  /** The same order by order. */
  creditedOrders(key: string): Promise<CreditLine[] | null>;
  items(key: string, span: Span): Promise<CreditedItem[] | null>;
  recommendations(
    query: Span & { by: ShownGroup; where: 'pages' | 'mails'; journey: string | null },
  ): Promise<RecommendationLine[]>;
  rules(): Promise<(CreditRule & { name: string })[]>;
  /** Throws REPORT_RULE_INVALID. */
  changeRule(rule: Pick<CreditRule, 'model' | 'clickDays' | 'orderDays'>): Promise<void>;
  rebuild(): Promise<void>;
}
