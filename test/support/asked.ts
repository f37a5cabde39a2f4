import { Client, type QueryConfig } from 'pg';
import { vi } from 'vitest';

/** Statements by name, or by their first word, in the order of asking; and their texts. */
export async function asked(work: () => Promise<unknown>): Promise<{ names: string[]; texts: Map<string, string> }> {
  const names: string[] = [];
  const texts = new Map<string, string>();
  const query = vi.spyOn(Client.prototype, 'query');
  try {
    await work();
    for (const [config] of query.mock.calls as unknown as [QueryConfig | string][]) {
      const { text, name = text.trim().split(/\s/, 1)[0]! } = typeof config === 'string' ? { text: config } : config;
      names.push(name);
      texts.set(name, text);
    }
  } finally {
    query.mockRestore();
  }
  return { names, texts };
}
