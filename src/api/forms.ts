import { BeckonError, isUuid, type Clock, type Ids } from '../base/index.ts';
import type { EventLog } from '../event/index.ts';
import { judgeAddress, masked, type Messages } from '../message/index.ts';
import type { Store, Tx } from '../store/index.ts';
import type {
  FormInput,
  FormLanguage,
  FormView,
  SignUpAnswer,
  SignUpInput,
  SignUpState,
  SignUpView,
} from './contract-form.ts';
import { errors } from './error.ts';
import { fill, languageOf, wordsOf, type FormWords } from './form-text.ts';
import { isEmail } from './row.ts';
import { confirmedEvents, ipPrefixOf, keptMs, linkDays, linkMs, mayAsk, stateOf } from './sign-up.ts';
import * as table from './table-form.ts';
import type { SignUpRow } from './table-form.ts';
import { asTimeZone } from './xdm.ts';

/** A form's settings, whole. */
export type Form = Omit<FormView, 'url' | 'counts'>;

/** What a confirmation link has come to; `form` is null where the form is no more. */
export interface Confirmation {
  state: SignUpState;
  /** With its middle hidden; a mail may be passed on. */
  address: string;
  words: FormWords;
  language: FormLanguage;
  form: Form | null;
}

interface FormsParts {
  store: Store;
  clock: Clock;
  ids: Ids;
  publicUrl: string;
  shopName: string;
  messages: Pick<Messages, 'notify' | 'confirms' | 'forgetNotices'>;
  events: Pick<EventLog, 'append'>;
  /** A mail is due. */
  onWork?: () => void;
}

const tidied = 500;

/** Sign-up forms, and who signed up: pending until the mailbox itself has said yes. */
export class Forms {
  readonly #parts: FormsParts;

  constructor(parts: FormsParts) {
    this.#parts = parts;
  }

  async list(): Promise<FormView[]> {
    const { store, clock } = this.#parts;
    const counts = await table.countSignUps(store, clock.now() - linkMs);
    return (await table.listForms(store)).map((row) => this.#viewOf(formOf(row), counts.get(row.key)));
  }

  async get(key: string): Promise<FormView | null> {
    return (await this.list()).find((form) => form.key === key) ?? null;
  }

  /** The settings of a form; null when there is none. */
  async find(key: string): Promise<Form | null> {
    const row = await table.findForm(this.#parts.store, key);
    return row ? formOf(row) : null;
  }

  /** Makes or changes a form; what is left out stays as it was. */
  async put(key: string, input: FormInput): Promise<FormView> {
    const { store } = this.#parts;
    const known = await this.find(key);
    const body = { ...usualForm(key), ...known, ...input };
    await table.saveForm(store, { key, body });
    return (await this.get(key))!;
  }

  remove(key: string): Promise<boolean> {
    return table.dropForm(this.#parts.store, key);
  }

  /** A form's words in a language. `address` is shown as it is given. */
  words(form: Form, language: FormLanguage, address = ''): FormWords {
    return wordsOf(form.texts, language, { shop: this.#parts.shopName, address, days: String(linkDays) });
  }

  /** A sentence of the page in which the shop's name stands. */
  named(text: string): string {
    return fill(text, { shop: this.#parts.shopName });
  }

  /**
   * Somebody signed up. Nobody learns from the answer whether the address is known here. By the shop's server
   * (`asserted`) a form without double opt-in takes it at once.
   *
   * @throws API_INPUT_INVALID
   */
  async signUp(form: Form, input: SignUpInput, { asserted }: { asserted: boolean }): Promise<SignUpAnswer> {
    const { store, clock } = this.#parts;
    const row = this.#rowOf(form, input);
    const answer = await store.inTransaction(async (tx) => {
      const before = await table.lockSignUps(tx, row.address, clock.now());
      if (asserted && !form.doubleOptIn) {
        await table.insertSignUp(tx, { ...row, confirmedAt: row.signedUpAt });
        await this.#tell(tx, row, { level: 3, ipPrefix: null });
        return { state: 'confirmed', limited: false } as const;
      }
      if (!mayAsk(before, clock.now())) return { state: 'pending', limited: true } as const;
      await table.insertSignUp(tx, { ...row, mails: 1 });
      await this.#ask(tx, form, row);
      return { state: 'pending', limited: false } as const;
    });
    this.#parts.onWork?.();
    return answer;
  }

  #rowOf(form: Form, input: SignUpInput): SignUpRow {
    const { clock, ids } = this.#parts;
    const email = input.email.trim();
    const address = email.toLowerCase();
    const judged = judgeAddress(email);
    if (!isEmail(address) || 'refused' in judged)
      throw new BeckonError(errors.API_INPUT_INVALID, `"${email.slice(0, 254)}" is not an e-mail address`, {
        where: 'email',
      });
    const language = languageOf([input.language], form.language);
    const timeZone = asTimeZone(input.timeZone);
    return {
      shard: table.signUpShard(address),
      id: ids.next(),
      form: form.key,
      email,
      address,
      signedUpAt: new Date(clock.now()),
      confirmedAt: null,
      mails: 0,
      language,
      wording: input.wording ?? this.words(form, language, email).consent,
      page: input.page === undefined || input.page === '' ? null : withoutQuery(input.page),
      ipPrefix: input.ip === undefined ? null : ipPrefixOf(input.ip),
      said: {
        ...(input.firstName === undefined ? {} : { firstName: input.firstName }),
        ...(timeZone === undefined ? {} : { timeZone }),
        ...(input.language === undefined ? {} : { language }),
        ...(input.ecid === undefined ? {} : { ecid: input.ecid }),
      },
    };
  }

  async #ask(tx: Tx, form: Form, row: SignUpRow): Promise<void> {
    const { messages, clock } = this.#parts;
    const language = row.language as FormLanguage;
    await messages.notify(tx, {
      about: noticeOf(row.id),
      turn: 1,
      id: row.id,
      to: row.email,
      message: 'confirm-signup',
      context: { language, form: { key: form.key, title: form.title }, texts: this.words(form, language, row.email) },
      deadline: clock.now() + linkMs / 2,
    });
  }

  async #tell(tx: Tx, row: SignUpRow, how: { level: 2 | 3; ipPrefix: string | null }): Promise<void> {
    const events = confirmedEvents(row, { ...how, at: this.#parts.clock.now() });
    await this.#parts.events.append(tx, events);
  }

  /** What a link leads to; reads only. Null when it is not ours. */
  async look(token: string): Promise<Confirmation | null> {
    const about = await this.#about(token);
    if (about === null) return null;
    const row = await table.findSignUp(this.#parts.store, about);
    return this.#confirmation(row);
  }

  /**
   * The reader of the mail says yes: once, in one transaction with what the log is told. Again is harmless, and too late
   * is said. Null when the link is not ours.
   */
  async confirm(token: string, from: { ip: string }): Promise<Confirmation | null> {
    const about = await this.#about(token);
    if (about === null) return null;
    const { store, clock } = this.#parts;
    const row = await store.inTransaction(async (tx) => {
      const found = await table.findSignUp(tx, about, true);
      if (!found || stateOf(found, clock.now()) !== 'pending') return found;
      await table.confirmSignUp(tx, found, clock.now());
      await this.#tell(tx, found, { level: 2, ipPrefix: ipPrefixOf(from.ip) });
      return { ...found, confirmedAt: new Date(clock.now()) };
    });
    return this.#confirmation(row);
  }

  async #about(token: string): Promise<string | null> {
    const found = await this.#parts.messages.confirms(token);
    const id = /^sign-up:(.+)$/.exec(found?.about ?? '')?.[1];
    return id !== undefined && isUuid(id) ? id : null;
  }

  /** A sign-up that is gone was too old. */
  async #confirmation(row: SignUpRow | undefined): Promise<Confirmation> {
    const form = row ? await this.find(row.form) : null;
    const language = (row?.language ?? form?.language ?? 'en') as FormLanguage;
    const address = row ? masked(row.email) : '';
    const words = this.words(form ?? formOf({ key: '', body: usualForm('') }), language, address);
    return { state: row ? stateOf(row, this.#parts.clock.now()) : 'expired', address, words, language, form };
  }

  /** The latest sign-ups of a form. */
  async signUps(key: string, limit: number): Promise<SignUpView[]> {
    const now = this.#parts.clock.now();
    return (await table.listSignUps(this.#parts.store, key, limit)).map((row) => ({
      id: row.id,
      email: row.email,
      state: stateOf(row, now),
      signedUpAt: row.signedUpAt.toISOString(),
      confirmedAt: row.confirmedAt?.toISOString() ?? null,
      language: row.language as FormLanguage,
      page: row.page,
      wording: row.wording,
    }));
  }

  /** Forgets sign-ups of thirty days ago, confirmed or not. @returns how many */
  async tidy(): Promise<number> {
    const { store, clock } = this.#parts;
    const oldest = await table.oldestSignUp(store);
    if (oldest === null || oldest > clock.now() - keptMs) return 0;
    return store.inTransaction(async (tx) => {
      const old = (await table.oldSignUps(tx, clock.now() - keptMs, tidied)).map(({ id }) => id);
      await this.#drop(tx, old, { mails: false });
      return old.length;
    });
  }

  /** When the oldest sign-up is to be forgotten, UTC ms. */
  async nextDue(): Promise<number | null> {
    const oldest = await table.oldestSignUp(this.#parts.store);
    return oldest === null ? null : oldest + keptMs;
  }

  /** Forgets what these addresses signed up for, in the caller's transaction. */
  async forget(tx: Tx, addresses: readonly string[]): Promise<void> {
    const rows = await table.signUpsOf(
      tx,
      addresses.map((address) => address.toLowerCase()),
    );
    await this.#drop(
      tx,
      rows.map(({ id }) => id),
      { mails: true },
    );
  }

  async #drop(tx: Tx, ids: readonly string[], how: { mails: boolean }): Promise<void> {
    const notices = ids.map((id) => ({ about: noticeOf(id), id }));
    await this.#parts.messages.forgetNotices(tx, notices, how);
    await table.dropSignUps(tx, ids);
  }

  /** What is kept of these addresses, for export. */
  async exportFor(addresses: readonly string[]): Promise<{ signUps: SignUpRow[] }> {
    return {
      signUps: await table.signUpsOf(
        this.#parts.store,
        addresses.map((address) => address.toLowerCase()),
      ),
    };
  }

  #viewOf(form: Form, counts: FormView['counts'] | undefined): FormView {
    const url = `${this.#parts.publicUrl}/forms/${form.key}`;
    return { ...form, url, counts: counts ?? { pending: 0, confirmed: 0, expired: 0 } };
  }
}

/** What the notice of a sign-up is about. */
function noticeOf(id: string): string {
  return `sign-up:${id}`;
}

function usualForm(key: string): Form {
  return {
    key,
    title: '',
    doubleOptIn: true,
    allowedOrigins: [],
    language: 'en',
    askName: false,
    shopUrl: null,
    texts: {},
  };
}

function formOf({ key, body }: table.FormRow): Form {
  return { ...usualForm(key), ...(body as Partial<Form>), key };
}

/** An address of a page without what may be personal in it. */
function withoutQuery(page: string): string | null {
  if (!URL.canParse(page)) return null;
  const { origin, pathname } = new URL(page);
  return `${origin}${pathname}`.slice(0, 512);
}
