/**
 * Wilson's interval for the share `yes` of `n`: stays within 0 and 1, and is honest where `n` is small.
 *
 * @param z how many standard errors wide to each side; 1.96 is 95 %
 */
export function wilsonBounds(yes: number, n: number, z = 1.959963984540054): { low: number; high: number } {
  if (n === 0) return { low: 0, high: 1 };
  const z2 = z * z;
  const p = yes / n;
  const middle = p + z2 / (2 * n);
  const half = Math.sqrt(z2 * ((p * (1 - p)) / n + z2 / (4 * n * n)));
  const scale = 1 + z2 / n;
  return { low: Math.max(0, (middle - half) / scale), high: Math.min(1, (middle + half) / scale) };
}
