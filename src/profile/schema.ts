import { listOf, mapOf, openSchema, parseType } from '../language/index.ts';
import type { Field, MapType, Type } from '../language/index.ts';
import type { ProfileView } from './profile.ts';

const [text, number, truth] = ['text', 'number', 'truth'].map(parseType) as [Type, Type, Type];
const moment: Type = { kind: 'moment', as: 'number' };
const ids = listOf(text);
const maybe = (type: Type): Field => ({ type, maybe: true });

/** What expressions see of a profile. A field that is new in the view is missed here by the compiler. */
const profileFields: Record<keyof ProfileView, Type | Field> = {
  id: text,
  email: maybe(text),
  firstName: maybe(text),
  attributes: openSchema,
  timeZone: maybe(text),
  language: maybe(text),
  ecid: maybe(text),
  cart: mapOf({ id: maybe(text), lines: listOf(mapOf({ item: text, quantity: number })), count: number }),
  viewed: ids,
  lastViewed: maybe(text),
  mostViewed: maybe(text),
  lastPurchased: maybe(text),
  favouriteCategory: maybe(text),
  categories: listOf(mapOf({ id: text, score: number })),
  orders: listOf(mapOf({ id: text, at: moment, total: number, refunded: number, currency: text, items: ids })),
  visits: number,
  visit: maybe(mapOf({ startedAt: moment, endedAt: maybe(moment), views: ids, pages: number, orders: number })),
  traits: openSchema,
  lastSeenAt: maybe(moment),
  firstSeenAt: maybe(moment),
  consent: mapOf({}, truth),
  reachable: truth,
  mailed: mapOf({}, moment),
  audiences: ids,
};

/** The type of `profile` in every expression and template. */
export const profileSchema: MapType = mapOf(profileFields);
