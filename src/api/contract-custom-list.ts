/** Shapes of `/v1/custom-lists`. */
import { Type, type Static } from 'typebox';
import { RefusedRow } from './contract-in.ts';

/** PUT /v1/custom-lists/{key} */
export const CustomListInput = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 250 }),
    /** Rows that were not uploaded for 31 days go; left out, they stay. */
    expires: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);

export const CustomListView = Type.Object({
  key: Type.String(),
  name: Type.String(),
  expires: Type.Boolean(),
  version: Type.Integer(),
  /** Keys that have a list at present. */
  rows: Type.Integer(),
  uploadedAt: Type.Union([Type.String(), Type.Null()]),
});
export type CustomListView = Static<typeof CustomListView>;

export const CustomListRow = Type.Object({
  /** Empty: for everybody; `*`: for who has no other. */
  key: Type.String(),
  items: Type.Array(Type.String()),
  uploadedAt: Type.String(),
});
export type CustomListRow = Static<typeof CustomListRow>;

/** POST /v1/custom-lists/{key}/rows */
export const CustomUpload = Type.Object({
  kept: Type.Integer(),
  /** Keys that had a list before and have none now. */
  removed: Type.Integer(),
  refused: Type.Array(RefusedRow),
  /** Refused rows beyond those. */
  more: Type.Integer(),
  written: Type.Boolean(),
});
export type CustomUpload = Static<typeof CustomUpload>;

/** PUT /v1/custom-lists/{key}/feed */
export const ListFeedInput = Type.Object(
  {
    url: Type.String({ minLength: 1, maxLength: 2000 }),
    schedule: Type.Object(
      {
        every: Type.Union([
          Type.Literal('day'),
          Type.Literal('week'),
          Type.Literal('two-weeks'),
          Type.Literal('never'),
        ]),
        /** UTC; left out: the time of the day at which it is saved. */
        at: Type.Optional(Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' })),
      },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false },
);
export type ListFeedInput = Static<typeof ListFeedInput>;

export const ListFeedView = Type.Object({
  ...ListFeedInput.properties,
  /** Newest first. */
  history: Type.Array(Type.Object({ status: Type.String(), message: Type.String(), at: Type.String() })),
});
export type ListFeedView = Static<typeof ListFeedView>;
