import type { Category, ShopItem } from '../catalogue.ts';
import { word } from './words.ts';

/** Who is signed in on this device. */
export interface Person {
  email: string;
  firstName: string | null;
}

/** An order as the account page lists it. */
export interface Order {
  id: string;
  /** ISO 8601. */
  at: string;
  total: number;
  cancelled: boolean;
  /** Which items, by id. */
  items: string[];
}

let items = new Map<string, ShopItem>();
let categories: Category[] = [];
let person: Person | null = null;

/** Loads the catalogue and who is signed in; once, before the first page. */
export async function load(): Promise<void> {
  const [shelf, session] = await Promise.all([
    ask<{ items: ShopItem[]; categories: Category[] }>('items'),
    ask<{ person: Person | null }>('session'),
  ]);
  items = new Map(shelf.items.map((item) => [item.id, item]));
  ({ categories } = shelf);
  ({ person } = session);
}

export function find(id: string): ShopItem | undefined {
  return items.get(id);
}

export function shelf(slug?: string): ShopItem[] {
  return [...items.values()].filter((item) => slug === undefined || item.categories.includes(slug));
}

export function allCategories(): Category[] {
  return categories;
}

export function signedIn(): Person | null {
  return person;
}

export function setPerson(now: Person | null): void {
  person = now;
}

/** Calls the shop's own server; the message of the error says why, and what helps. */
export async function ask<Answer>(path: string, body?: object): Promise<Answer> {
  const response = await fetch(
    `/shop/api/${path}`,
    body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
  );
  const answer = (await response.json()) as Answer & { detail?: string; mend?: string };
  if (!response.ok) throw new Error(`${answer.detail ?? word('form.failed')}. ${answer.mend ?? word('form.again')}.`);
  return answer;
}

/** The reader's time zone, so that mail comes by day. */
export function timeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
