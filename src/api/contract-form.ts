/** Shapes of `/v1/forms`: sign-up forms, and who signed up by them. */
import { Type, type Static } from 'typebox';

const text = (maxLength: number) => Type.String({ minLength: 1, maxLength });
const optional = Type.Optional(text(600));
const textOrNull = Type.Union([Type.String(), Type.Null()]);
const origin = Type.String({ pattern: '^https?://[^/?#\\s]+$' });
const httpAddress = Type.String({ pattern: '^https?://[^\\s"<>\\\\]+$', maxLength: 2048 });

export const FormLanguage = Type.Union([Type.Literal('en'), Type.Literal('sv'), Type.Literal('de')]);
export type FormLanguage = Static<typeof FormLanguage>;

/** The words of a form in one language; what is left out is Beckon's own. `{shop}`, `{address}`, `{days}` are filled in. */
export const FormTexts = Type.Object(
  {
    heading: optional,
    intro: optional,
    email: optional,
    firstName: optional,
    /** What the box for consent says: kept with the consent as what was agreed to. */
    consent: optional,
    button: optional,
    /** Shown after signing up. */
    sent: optional,
    mailSubject: optional,
    mailHeading: optional,
    mailBody: optional,
    mailButton: optional,
    mailIgnore: optional,
    /** The page that the mail's link opens. */
    askHeading: optional,
    askBody: optional,
    askButton: optional,
    doneHeading: optional,
    doneBody: optional,
    lateHeading: optional,
    lateBody: optional,
  },
  { additionalProperties: false },
);
export type FormTexts = Static<typeof FormTexts>;

/** PUT /v1/forms/{key} */
export const FormInput = Type.Object(
  {
    /** What the form is called in lists. Its heading on pages is among its texts. */
    title: Type.Optional(text(128)),
    /**
     * Off: what the shop's server signs up by POST /v1/forms/{key}/sign-ups counts at once. A page's visitor is asked by
     * mail always.
     */
    doubleOptIn: Type.Optional(Type.Boolean()),
    /** Pages that may send the form, such as `https://shop.example`; empty: Beckon's own, and any on loopback. */
    allowedOrigins: Type.Optional(Type.Array(origin, { maxItems: 50 })),
    /** When the page and the browser say none. */
    language: Type.Optional(FormLanguage),
    /** Ask for the first name too. */
    askName: Type.Optional(Type.Boolean()),
    /** Where the confirmed page leads back to. */
    shopUrl: Type.Optional(Type.Union([httpAddress, Type.Null()])),
    texts: Type.Optional(
      Type.Object(
        { en: Type.Optional(FormTexts), sv: Type.Optional(FormTexts), de: Type.Optional(FormTexts) },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);
export type FormInput = Static<typeof FormInput>;

export const FormView = Type.Object({
  key: Type.String(),
  title: Type.String(),
  doubleOptIn: Type.Boolean(),
  allowedOrigins: Type.Array(Type.String()),
  language: FormLanguage,
  askName: Type.Boolean(),
  shopUrl: textOrNull,
  texts: Type.Object({ en: Type.Optional(FormTexts), sv: Type.Optional(FormTexts), de: Type.Optional(FormTexts) }),
  /** The form as a page of its own. */
  url: Type.String(),
  /** Of the last 30 days. */
  counts: Type.Object({ pending: Type.Integer(), confirmed: Type.Integer(), expired: Type.Integer() }),
});
export type FormView = Static<typeof FormView>;

/** POST /v1/forms/{key}/sign-ups: somebody signed up at the shop's own form. */
export const SignUpInput = Type.Object(
  {
    email: text(254),
    firstName: Type.Optional(text(60)),
    language: Type.Optional(text(35)),
    timeZone: Type.Optional(text(64)),
    /** The device it was done on; it becomes this person's when the address is confirmed. */
    ecid: Type.Optional(Type.String({ pattern: '^[0-9]{38}$' })),
    /** The page the form stood on. */
    page: Type.Optional(Type.String({ maxLength: 2048 })),
    /** The words that were agreed to, if they were not the form's. */
    wording: Type.Optional(text(2000)),
    /** The visitor's network address, of which the first octets are kept. */
    ip: Type.Optional(text(45)),
  },
  { additionalProperties: false },
);
export type SignUpInput = Static<typeof SignUpInput>;

export const SignUpState = Type.Union([Type.Literal('pending'), Type.Literal('confirmed'), Type.Literal('expired')]);
export type SignUpState = Static<typeof SignUpState>;

/** `limited`: the address has had its two mails of these 30 days, and got none now. */
export const SignUpAnswer = Type.Object({ state: SignUpState, limited: Type.Boolean() });
export type SignUpAnswer = Static<typeof SignUpAnswer>;

export const SignUpView = Type.Object({
  id: Type.String(),
  email: Type.String(),
  state: SignUpState,
  signedUpAt: Type.String(),
  confirmedAt: textOrNull,
  language: FormLanguage,
  page: textOrNull,
  wording: Type.String(),
});
export type SignUpView = Static<typeof SignUpView>;
