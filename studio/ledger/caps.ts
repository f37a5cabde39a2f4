/** Mails a day as they are written, "50, 100 200": null when they are no plan. Pure. */
export function capsOf(text: string): number[] | null {
  const words = text.split(/[\s,;]+/).filter((word) => word !== '');
  const caps = words.map(Number);
  const isPlan = caps.length > 0 && caps.length <= 60 && caps.every((cap) => Number.isInteger(cap) && cap >= 1);
  return isPlan ? caps : null;
}
