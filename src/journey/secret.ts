import { BeckonError, nearest, seal, unseal, type Clock, type Random } from '../base/index.ts';
import type { Store } from '../store/index.ts';
import type { CustomAction, JourneyDefinition } from './definition.ts';
import { errors } from './error.ts';
import type { Journeys } from './journeys.ts';
import { dropSecret, findSecrets, listSecrets, saveSecret } from './table-secret.ts';

const nameForm = /^[A-Za-z][A-Za-z0-9_]{0,39}$/;
const longest = 4096;
/** Keys and certificates are longer, and have lines. */
const pemForm = /^-----BEGIN [A-Z0-9 ]+-----\r?\n[\w\s+/=:.-]+-----END [A-Z0-9 ]+-----\s*$/;
const longestPem = 32_768;
const placeOf = (name: string) => `journey_secret:sealed:${name}`;

/** What is told of a secret: never the value. Times are UTC ms. */
export interface SecretView {
  name: string;
  madeAt: number;
  rotatedAt: number | null;
  /** Keys of the journeys whose draft or live version names it. */
  usedBy: string[];
}

/** Gives the values of secrets by name; a name that there is not is absent. */
export interface SecretSource {
  /** Values mean nothing: nobody is called. */
  readonly pretends?: boolean;
  open(names: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/**
 * Secrets of the services that actions call: written once, sealed in the database, opened only to make a call, shown to
 * nobody. In a journey's document stands `secret.NAME`, so the document may be read, exported and kept in git.
 */
export class Secrets implements SecretSource {
  readonly #parts: { store: Store; secret: Uint8Array; clock: Clock; random: Random };
  #pretends = false;

  /** @param parts `secret` is that of the installation, under which values are sealed */
  constructor(parts: { store: Store; secret: Uint8Array; clock: Clock; random: Random }) {
    this.#parts = parts;
  }

  /** From now on every name has a value that means nothing: in a story nobody is called. */
  pretend(): void {
    this.#pretends = true;
  }

  get pretends(): boolean {
    return this.#pretends;
  }

  async list(journeys: Journeys): Promise<SecretView[]> {
    const rows = await listSecrets(this.#parts.store);
    return rows.map(({ name, madeAt, rotatedAt }) => ({
      name,
      madeAt: madeAt.getTime(),
      rotatedAt: rotatedAt?.getTime() ?? null,
      usedBy: usesOf(name, journeys),
    }));
  }

  /** Makes a secret or puts another value in its place, which counts from the next call on. Throws SECRET_INVALID. */
  async put(name: string, value: string): Promise<void> {
    const { store, clock, secret, random } = this.#parts;
    if (!nameForm.test(name)) throw invalid(`"${name.slice(0, 60)}" is no name of a secret`, 'name');
    const isPem = value.length <= longestPem && pemForm.test(value);
    const most = value.startsWith('-----BEGIN ') ? longestPem : longest;
    if (value.length === 0 || value.length > most) throw invalid(`A secret has 1 to ${most} characters`, 'value');
    if (!isPem && /\p{Cc}/u.test(value))
      throw invalid(
        'A secret has no line breaks or control characters, unless it is a key or certificate as PEM',
        'value',
      );
    const sealed = seal(value, { secret, place: placeOf(name), random });
    await saveSecret(store, { name, sealed, at: clock.now() });
  }

  /** Throws SECRET_IN_USE while a journey names it. @returns whether there was one */
  async remove(name: string, journeys: Journeys): Promise<boolean> {
    const uses = usesOf(name, journeys);
    if (uses.length > 0)
      throw new BeckonError(errors.SECRET_IN_USE, `The secret "${name}" is named by: ${uses.join(', ')}`, {
        where: 'name',
      });
    return dropSecret(this.#parts.store, name);
  }

  async open(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (names.length === 0) return new Map();
    if (this.#pretends) return new Map(names.map((name) => [name, markOf(name)]));
    const { store, secret } = this.#parts;
    const opened = (await findSecrets(store, names)).map(({ name, sealed }) => {
      const value = unseal(sealed, { secret, place: placeOf(name) });
      return value === null ? [] : ([[name, value]] as const);
    });
    return new Map(opened.flat());
  }
}

function invalid(what: string, where: string): BeckonError {
  return new BeckonError(errors.SECRET_INVALID, what, { where });
}

/** Journeys whose draft or live version names the secret. */
function usesOf(name: string, journeys: Journeys): string[] {
  const uses = (definition: JourneyDefinition | undefined) =>
    definition !== undefined && secretsOfJourney(definition).includes(name);
  return journeys.list().flatMap(({ key, draft, version }) => {
    return uses(draft) || uses(journeys.version(key, version)) ? [key] : [];
  });
}

/** Names of the secrets that the actions of a journey show. */
export function secretsOfJourney({ activities }: JourneyDefinition): string[] {
  const all = Object.values(activities).flatMap((one) => (one.kind === 'action' ? secretsOf(one) : []));
  return [...new Set(all)];
}

/** Names of the secrets that an action shows to the service it calls. Pure. */
export function secretsOf({ url, headers, body, sign, certificate, token }: CustomAction): string[] {
  const source = JSON.stringify([url, headers, body, token]);
  const written = [...source.matchAll(/\bsecret\.([A-Za-z][A-Za-z0-9_]*)/g)].map(([, name]) => name!);
  const named = [sign, certificate, token?.assertion?.key].flatMap((name) => name ?? []);
  return [...new Set([...written, ...named])];
}

/** What stands for a secret wherever a request is shown. It means the same in an address, a header and JSON. */
export function markOf(name: string): string {
  return `~secret.${name}~`;
}

/** Throws ACTION_SECRET_MISSING where a name has no value: a call without it would only be turned away. */
export function requireSecrets(names: readonly string[], values: ReadonlyMap<string, string>): void {
  const missing = names.find((name) => !values.has(name));
  if (missing === undefined) return;
  const near = nearest(missing, values.keys());
  const meant = near === undefined ? '' : `; did you mean "${near}"?`;
  throw new BeckonError(errors.ACTION_SECRET_MISSING, `There is no secret "${missing}"${meant}`, {
    where: `secret.${missing}`,
  });
}

/**
 * Takes secrets out of a text that a service sent or an error tells: whoever reads an answer must not find what was shown
 * to get it. Values of fewer than four characters are no secrets.
 *
 * @param values by value what stands in its place
 */
export function withoutSecrets(text: string, values: ReadonlyMap<string, string>): string {
  let clean = text;
  for (const [value, mark] of values) {
    if (value.length < 4) continue;
    for (const form of new Set([value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)]))
      clean = clean.replaceAll(form, mark);
  }
  return clean;
}
