/** A value of any kind as a short text. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (Array.isArray(value)) return value.length === 0 ? '–' : value.map(valueText).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** What has to be typed before somebody is erased: the address, otherwise the first part of the id. */
export function wordOf({ id, email }: { id: string; email: string | null }): string {
  return email ?? id.slice(0, 8);
}

/** Was it typed? Case and spaces around it do not matter. */
export function isTyped(typed: string, word: string): boolean {
  return typed.trim().toLowerCase() === word.toLowerCase();
}
