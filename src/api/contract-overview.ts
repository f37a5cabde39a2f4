/** What the first page of the studio asks. */
import { Type, type Static } from 'typebox';
import { Said } from './contract-said.ts';

const count = Type.Integer({ minimum: 0 });

/** GET /v1/overview: the first line of the studio. */
export const Overview = Type.Object({
  now: Type.String(),
  demo: Type.Boolean(),
  shopUrl: Type.Union([Type.String(), Type.Null()]),
  people: count,
  reachable: count,
  items: count,
  eventsToday: count,
  inJourneys: count,
  sentToday: count,
  needHand: Type.Array(Type.Object({ text: Type.String(), said: Said, link: Type.String() })),
});
export type Overview = Static<typeof Overview>;

/** GET /v1/installation: how this installation is set up. Nothing secret is told. */
export const InstallationView = Type.Object({
  version: Type.String(),
  settings: Type.Array(
    Type.Object({
      name: Type.String(),
      by: Type.Array(Type.String(), { description: 'The flag and the variable it is set by' }),
      text: Type.String({ description: 'What it means, with its default in brackets' }),
      value: Type.Union([Type.String(), Type.Null()], { description: 'As it is in force; null: not set' }),
    }),
  ),
});
export type InstallationView = Static<typeof InstallationView>;
