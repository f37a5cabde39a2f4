import { Type, type Static } from 'typebox';

const mode = Type.Union(['expression', 'rule', 'html', 'text', 'header', 'json'].map((name) => Type.Literal(name)));
const source = Type.String({ maxLength: 200_000 });
const seen = {
  /** `expression`, `rule` of an audience, or what a template is for. */
  mode,
  /** JSON Schema of the data the source looks into, by root name; without it the profile is known and the rest is open. */
  schema: Type.Optional(Type.Unknown()),
  /** Data like that which the source will look into; in place of a schema. */
  sample: Type.Optional(Type.Unknown()),
  /** Components that a template may include. */
  fragments: Type.Optional(
    Type.Record(Type.String(), Type.Object({ parameters: Type.Array(Type.String()), source: Type.String() })),
  ),
};

/** POST /v1/language/check */
export const LanguageCheck = Type.Object({ source, ...seen }, { additionalProperties: false });
export type LanguageCheck = Static<typeof LanguageCheck>;

export const LanguageProblem = Type.Object({
  severity: Type.Union([Type.Literal('error'), Type.Literal('warning')]),
  code: Type.String(),
  line: Type.Integer(),
  column: Type.Integer(),
  /** Empty in the main text, otherwise such as `fragment "card"`. */
  source: Type.String(),
  found: Type.String(),
  expected: Type.String(),
  near: Type.Union([Type.String(), Type.Null()]),
  message: Type.String(),
  mend: Type.String(),
});
export type LanguageProblem = Static<typeof LanguageProblem>;

export const LanguageReport = Type.Object({ problems: Type.Array(LanguageProblem) });

/** POST /v1/language/format */
export const LanguageFormat = Type.Object({ source, mode }, { additionalProperties: false });
export const LanguageFormatted = Type.Object({ source: Type.String() });

/** POST /v1/language/outline */
export const LanguageOutlineRequest = Type.Object({ source }, { additionalProperties: false });
/** A part of an expression: its kind, its text as the formatter writes it, and its own parts, which are such again. */
export const LanguageOutline = Type.Object(
  { kind: Type.String(), text: Type.String() },
  { additionalProperties: true },
);
export type LanguageOutline = Static<typeof LanguageOutline> & Record<string, unknown>;

/** POST /v1/language/complete: what may be written at `offset`, and what is known of the word there. */
export const LanguagePlace = Type.Object(
  { source, offset: Type.Integer({ minimum: 0 }), ...seen },
  { additionalProperties: false },
);
export type LanguagePlace = Static<typeof LanguagePlace>;
export const LanguageHelp = Type.Object({
  from: Type.Integer(),
  to: Type.Integer(),
  items: Type.Array(
    Type.Object({
      label: Type.String(),
      insert: Type.String(),
      kind: Type.String(),
      detail: Type.String(),
      doc: Type.String(),
    }),
  ),
  hover: Type.Union([
    Type.Object({ from: Type.Integer(), to: Type.Integer(), title: Type.String(), doc: Type.String() }),
    Type.Null(),
  ]),
});
