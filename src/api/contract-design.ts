/** Shapes of `/v1/designs`, `/v1/offers` and `/v1/activities`. */
import { Type, type Static } from 'typebox';

const text = (maxLength: number) => Type.String({ minLength: 1, maxLength });
const key = text(128);
const backup = Type.Union([Type.Literal('fill'), Type.Literal('empty'), Type.Literal('none')]);
const weight = Type.Optional(Type.Number({ minimum: 0, maximum: 1_000_000 }));

/** PUT /v1/designs/{key} */
export const DesignInput = Type.Object(
  {
    name: text(250),
    type: Type.Union([Type.Literal('html'), Type.Literal('json'), Type.Literal('text')]),
    language: Type.Union([Type.Literal('velocity'), Type.Literal('beckon')]),
    script: text(65_000),
    /** How many items; left out, Velocity designs tell by themselves, and others show 4. */
    slots: Type.Optional(Type.Integer({ minimum: 1, maximum: 99 })),
    /** `text`: JSON as one string of the type html, as Adobe serves it. */
    jsonAs: Type.Optional(Type.Union([Type.Literal('object'), Type.Literal('text')])),
  },
  { additionalProperties: false },
);
export type DesignInput = Static<typeof DesignInput>;

export const DesignView = Type.Object({
  ...DesignInput.properties,
  key: Type.String(),
  /** For Target's admin API. */
  number: Type.Integer(),
  version: Type.Integer(),
  /** How many items it shows. */
  entityCount: Type.Integer(),
  savedAt: Type.String(),
});
export type DesignView = Static<typeof DesignView>;

export const DesignCheck = Type.Object({
  entityCount: Type.Integer(),
  valid: Type.Boolean(),
  errors: Type.Array(
    Type.Object({
      key: Type.String(),
      keyArguments: Type.Array(Type.String()),
      text: Type.String(),
      where: Type.Union([Type.String(), Type.Null()]),
    }),
  ),
  warnings: Type.Array(Type.String()),
});
export type DesignCheck = Static<typeof DesignCheck>;

/** POST /v1/designs/{key}/preview */
export const DesignPreviewInput = Type.Object(
  {
    criterion: key,
    profileId: Type.Optional(text(64)),
    identities: Type.Optional(Type.Record(Type.String({ maxLength: 64 }), Type.String({ maxLength: 320 }))),
    cart: Type.Optional(Type.Array(text(128), { maxItems: 1000 })),
    item: Type.Optional(text(128)),
    /** A text to be tried instead of the saved one. */
    draft: Type.Optional(DesignInput),
  },
  { additionalProperties: false },
);

const recommended = {
  collection: Type.Optional(key),
  promotions: Type.Optional(Type.Array(key, { maxItems: 20 })),
  partial: Type.Optional(Type.Boolean({ default: true })),
  backup: Type.Optional(backup),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
  selector: Type.Optional(text(500)),
};

const RecommendationOffer = Type.Object(
  { kind: Type.Literal('recommendation'), criterion: key, design: Type.Optional(key), ...recommended },
  { additionalProperties: false },
);
const JsonOffer = Type.Object({ kind: Type.Literal('json'), content: Type.Unknown() }, { additionalProperties: false });
const HtmlOffer = Type.Object(
  { kind: Type.Literal('html'), content: Type.String({ maxLength: 100_000 }), selector: Type.Optional(text(500)) },
  { additionalProperties: false },
);
const LibraryOffer = Type.Object({ kind: Type.Literal('offer'), offer: key }, { additionalProperties: false });

/** PUT /v1/offers/{key} */
export const OfferInput = Type.Object(
  { name: text(250), offer: Type.Union([RecommendationOffer, JsonOffer, HtmlOffer]) },
  { additionalProperties: false },
);
export type OfferInput = Static<typeof OfferInput>;
export const OfferView = Type.Object({ ...OfferInput.properties, key: Type.String(), version: Type.Integer() });
export type OfferView = Static<typeof OfferView>;

const Experience = Type.Object(
  {
    key,
    name: Type.Optional(text(250)),
    /** Its share of those outside the control group, beside the others'; default 1. */
    weight,
    /** In this order; none: the place shows what it shows without us. */
    offers: Type.Array(Type.Union([RecommendationOffer, JsonOffer, HtmlOffer, LibraryOffer]), { maxItems: 20 }),
  },
  { additionalProperties: false },
);

/** PUT /v1/activities/{key} */
export const ActivityInput = Type.Object(
  {
    name: text(250),
    /** An mbox or scope by its name, `view:<name>`, `target-global-mbox`, or a surface: `web://…` or `#place`. */
    location: text(1024),
    audience: Type.Optional(key),
    /** Of several that may answer a place the highest does; default 0. */
    priority: Type.Optional(Type.Integer({ minimum: 0, maximum: 999 })),
    start: Type.Optional(Type.String({ maxLength: 40 })),
    end: Type.Optional(Type.String({ maxLength: 40 })),
    /** Share that is shown nothing, 0 to 1. */
    control: Type.Optional(Type.Number({ description: 'Share of those who would see it, 0 to 1' })),
    experiences: Type.Optional(Type.Array(Experience, { maxItems: 100 })),
    /** Criteria × designs, each pair an experience; weights multiply. */
    recommend: Type.Optional(
      Type.Object(
        {
          criteria: Type.Array(Type.Object({ criterion: key, weight }, { additionalProperties: false }), {
            minItems: 1,
            maxItems: 20,
          }),
          designs: Type.Optional(
            Type.Array(Type.Object({ design: key, weight }, { additionalProperties: false }), {
              minItems: 1,
              maxItems: 20,
            }),
          ),
          ...recommended,
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);
export type ActivityInput = Static<typeof ActivityInput>;

const Activity = Type.Object({ ...ActivityInput.properties, key: Type.String() });
export const ActivityView = Type.Object({
  key: Type.String(),
  /** `draft` until it is published the first time; a later draft stands beside what is published. */
  state: Type.Union([Type.Literal('draft'), Type.Literal('live'), Type.Literal('paused')]),
  version: Type.Union([Type.Integer(), Type.Null()]),
  published: Type.Union([Activity, Type.Null()]),
  draft: Type.Union([Activity, Type.Null()]),
});

export type ActivityView = Static<typeof ActivityView>;

/** GET /v1/activities/{key}/numbers: of experiences that anybody has seen. Credited is not caused. */
export const ActivityNumbers = Type.Object({
  experiences: Type.Array(
    Type.Object({
      experience: Type.String(),
      /** Who was shown it or clicked. */
      people: Type.Integer(),
      impressions: Type.Integer(),
      clicks: Type.Integer(),
      clickers: Type.Integer(),
      /** Of clickers, within 5 days of their last click in this activity. */
      orders: Type.Integer(),
      revenue: Type.Array(Type.Object({ amount: Type.Number(), currency: Type.String() })),
    }),
  ),
});

export type ActivityNumbers = Static<typeof ActivityNumbers>;

/** GET /v1/{designs,activities}/{key}/versions */
export const VersionList = Type.Object({
  versions: Type.Array(
    Type.Object({ version: Type.Integer(), state: Type.String(), savedAt: Type.String(), body: Type.Unknown() }),
  ),
});
