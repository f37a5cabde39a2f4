/** Categories as any source writes them: a list, a JSON array in a text, or a comma list. What is empty is left out. */
export function categoriesOf(value: unknown): string[] {
  if (Array.isArray(value)) return tidy(value as unknown[]);
  if (typeof value !== 'string') return [];
  if (value.trim().startsWith('[')) {
    try {
      const list: unknown = JSON.parse(value);
      if (Array.isArray(list)) return tidy(list as unknown[]);
    } catch {
      // Not JSON after all: a comma list whose first category begins with a bracket.
    }
  }
  return tidy(value.split(','));
}

function tidy(values: readonly unknown[]): string[] {
  const texts = values.filter((entry) => typeof entry === 'string').map((entry) => entry.trim());
  return [...new Set(texts.filter((entry) => entry !== ''))];
}

/** The category a request is about: the longest of several, of equally long ones the last (CAT-4, golden example 5). */
export function categoryKey(value: unknown): string | null {
  let key: string | null = null;
  for (const category of categoriesOf(value)) if (key === null || category.length >= key.length) key = category;
  return key;
}
