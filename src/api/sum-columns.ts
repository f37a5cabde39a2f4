/** What an arm's buyers did, as every file of a comparison gives it: sums, and sums of squares for the intervals. */
export const sumColumns = [
  'buyers',
  'orders',
  'otherCurrency',
  'revenue',
  'revenueSquares',
  'before',
  'beforeSquares',
  'products',
  'capped',
  'cappedSquares',
  'later',
  'laterSquares',
  'currency',
] as const;
