/** Shapes of `POST /v1/imports/contacts`: people from a table, with the proof of what they agreed to. */
import { Type, type Static } from 'typebox';
import { RefusedRow } from './contract-in.ts';

/**
 * Field → the column it comes from, by its name; or an expression over `row`; or null: not at all. Fields: `email`,
 * `firstName`, `lastName`, `language`, `timeZone`, `consent`, `consentAt`, `consentSource`, `consentWording`,
 * `consentBasis`, `attributes.<name>`, `identities.<namespace>`.
 */
export const ContactMapping = Type.Record(
  Type.String({ minLength: 1, maxLength: 128 }),
  Type.Union([
    Type.String({ minLength: 1, maxLength: 128 }),
    Type.Object({ expression: Type.String({ minLength: 1, maxLength: 4000 }) }, { additionalProperties: false }),
    Type.Null(),
  ]),
);
export type ContactMapping = Static<typeof ContactMapping>;

export const ContactReport = Type.Object({
  /** Under `GET /v1/imports/{id}` there is how far it is; null of a dry run. */
  import: Type.Union([Type.String(), Type.Null()]),
  dryRun: Type.Boolean(),
  /** Rows of people that were read, the first one with the names left out. */
  rows: Type.Integer(),
  kept: Type.Integer(),
  /** Rows that say what they said before, within 30 days. */
  repeated: Type.Integer(),
  refused: Type.Integer(),
  /** The first refused rows, at most 500; `row` is the line in the file. */
  faults: Type.Array(RefusedRow),
  consent: Type.Object({
    in: Type.Integer(),
    out: Type.Integer(),
    pending: Type.Integer(),
    /** Said to be in without its proof: the person was taken, the consent was not. */
    withheld: Type.Integer(),
  }),
  /** The first of these, at most 500. */
  withheld: Type.Array(Type.Object({ row: Type.Integer(), email: Type.String(), why: Type.String() })),
  columns: Type.Object({ used: Type.Record(Type.String(), Type.String()), ignored: Type.Array(Type.String()) }),
  /** What the first three rows say, field by field. */
  sample: Type.Array(Type.Record(Type.String(), Type.String())),
});
export type ContactReport = Static<typeof ContactReport>;
