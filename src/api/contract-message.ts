/** Shapes of `/v1/templates`, `/v1/components` and `/v1/themes`. */
import { Type, type Static } from 'typebox';
import {
  ComponentDocument,
  goldenKeys,
  TemplateDocument,
  Theme,
  type Block,
  type PartBlock,
} from '../message/index.ts';

export type { Block, ComponentDocument, PartBlock, TemplateDocument, Theme };
const text = (maxLength: number) => Type.String({ minLength: 1, maxLength });
const numberOrNull = Type.Union([Type.Integer(), Type.Null()]);
const time = Type.String({ description: 'ISO 8601' });

export const TemplateLine = Type.Object({
  key: Type.String(),
  name: Type.String(),
  class: Type.String(),
  origin: Type.String({ description: '`recipe` came with Beckon, `shop` was written here' }),
  version: Type.Integer(),
  /** Newest version that is sent; null when none is. */
  published: numberOrNull,
  savedAt: time,
  languages: Type.Array(Type.String()),
});
export type TemplateLine = Static<typeof TemplateLine>;

export const TemplateView = Type.Object({
  key: Type.String(),
  version: Type.Integer(),
  /** For `revision` of the next call that writes. */
  revision: Type.String(),
  origin: Type.String(),
  savedAt: time,
  publishedAt: Type.Union([time, Type.Null()]),
  /** Version that is sent now; null when none is. */
  published: numberOrNull,
  document: TemplateDocument,
});
export type TemplateView = Static<typeof TemplateView>;

export const TemplateVersions = Type.Object({
  versions: Type.Array(
    Type.Object({
      version: Type.Integer(),
      savedAt: time,
      publishedAt: Type.Union([time, Type.Null()]),
      document: TemplateDocument,
    }),
  ),
});
export type TemplateVersions = Static<typeof TemplateVersions>;

export const TemplateDifference = Type.Object({
  from: Type.Integer(),
  to: Type.Integer(),
  differences: Type.Array(
    Type.Object({
      what: Type.Union([Type.Literal('changed'), Type.Literal('added'), Type.Literal('removed')]),
      where: Type.String({ description: 'JSON pointer' }),
      before: Type.Unknown(),
      after: Type.Unknown(),
    }),
  ),
});
export type TemplateDifference = Static<typeof TemplateDifference>;

export const TemplateFinding = Type.Object({
  severity: Type.Union([Type.Literal('error'), Type.Literal('warning')]),
  code: Type.String(),
  where: Type.String(),
  message: Type.String(),
  mend: Type.String(),
});
export type TemplateFinding = Static<typeof TemplateFinding>;

/** POST /v1/templates/{key}/check */
export const TemplateCheckInput = Type.Object(
  {
    document: Type.Optional(Type.Unknown({ description: 'What is looked at; left out, the newest version' })),
    links: Type.Optional(Type.Boolean({ description: 'Also ask whether anything answers at fixed addresses' })),
  },
  { additionalProperties: false },
);
export const TemplateCheck = Type.Object({
  findings: Type.Array(TemplateFinding),
  /** With `links`: each fixed address, and what came of asking there. */
  links: Type.Array(Type.Object({ at: Type.String(), href: Type.String(), ok: Type.Boolean(), says: Type.String() })),
});
export type TemplateCheck = Static<typeof TemplateCheck>;

const whom = {
  /** A person, in the latest run that has what the template needs, or in the run named. */
  profileId: Type.Optional(text(64)),
  run: Type.Optional(text(200)),
  golden: Type.Optional(Type.Union(goldenKeys.map((key) => Type.Literal(key)))),
  /** As if the person read this. */
  language: Type.Optional(text(35)),
};

/** POST /v1/templates/{key}/preview */
export const TemplatePreviewInput = Type.Object(
  { ...whom, document: Type.Optional(Type.Unknown({ description: 'Instead of the newest version' })) },
  { additionalProperties: false },
);
export type TemplatePreviewInput = Static<typeof TemplatePreviewInput>;

export const TemplatePreview = Type.Object({
  mail: Type.Union([
    Type.Object({
      subject: Type.String(),
      html: Type.String(),
      text: Type.String(),
      /** Bytes of the HTML with its links wrapped. */
      size: Type.Integer(),
      language: Type.String(),
      links: Type.Integer(),
    }),
    Type.Null(),
  ]),
  /** Why there is no mail for this person; null when there is one. */
  why: Type.Union([Type.String(), Type.Null()]),
  /** What the blocks become before they are HTML; empty when there is no mail. */
  mjml: Type.String(),
  /** As whom, for people to read; and in which run, null with what golden recipients have. */
  whom: Type.String(),
  run: Type.Union([Type.String(), Type.Null()]),
  /** Runs of this person that may be chosen, the latest first. */
  runs: Type.Array(Type.Object({ run: Type.String(), journey: Type.String(), enteredAt: time })),
});
export type TemplatePreview = Static<typeof TemplatePreview>;

/** POST /v1/templates/{key}/proof */
export const TemplateProofInput = Type.Object(
  { ...whom, to: Type.Array(text(320), { minItems: 1, maxItems: 10 }) },
  { additionalProperties: false },
);
export const TemplateProof = Type.Object({
  version: Type.Integer(),
  proofs: Type.Array(Type.Object({ to: Type.String(), message: Type.String() })),
});
export type TemplateProof = Static<typeof TemplateProof>;

const revision = Type.String({ description: 'For `revision` of the next call that writes' });
export const ThemeView = Type.Object({ key: Type.String(), revision, theme: Theme });
export const ThemeInput = Theme;
/** POST /v1/themes/preview */
export const ThemeWorn = Type.Object({
  html: Type.String(),
  /** Pairs of colours with a contrast under 4.5 to 1. */
  faint: Type.Array(Type.Object({ where: Type.String(), ratio: Type.Number() })),
});

export const ComponentView = Type.Object({
  key: Type.String(),
  origin: Type.Union([Type.Literal('shipped'), Type.Literal('shop')], {
    description: '`shipped` came with Beckon; one of the shop under its key stands in for it',
  }),
  version: Type.Integer({ description: '0 of one that came with Beckon' }),
  savedAt: Type.Union([time, Type.Null()]),
  revision,
  document: ComponentDocument,
  usedBy: Type.Object({
    templates: Type.Array(Type.Object({ key: Type.String(), name: Type.String() })),
    components: Type.Array(Type.String()),
  }),
});
export type ComponentView = Static<typeof ComponentView>;

export const ComponentVersions = Type.Object({
  versions: Type.Array(Type.Object({ version: Type.Integer(), savedAt: time, document: ComponentDocument })),
});
export type ComponentVersions = Static<typeof ComponentVersions>;

/** POST /v1/components/{key}/preview */
export const ComponentPreviewInput = Type.Object(
  {
    document: Type.Optional(Type.Unknown({ description: 'Instead of the newest version' })),
    golden: Type.Optional(Type.Union(goldenKeys.map((golden) => Type.Literal(golden)))),
    language: Type.Optional(text(35)),
  },
  { additionalProperties: false },
);
export const ComponentPreview = Type.Object({
  /** A mail that shows nothing else; null with an error among the findings. */
  html: Type.Union([Type.String(), Type.Null()]),
  findings: Type.Array(TemplateFinding),
});
export type ComponentPreview = Static<typeof ComponentPreview>;
