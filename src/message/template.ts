import { BeckonError, nearest, sha256, stableJson, type Clock } from '../base/index.ts';
import type { Store } from '../store/index.ts';
import { everyBlock, type TemplateDocument } from './block.ts';
import { compileDocument, isStale, mjmlSource, type Dress } from './compile.ts';
import type { Components } from './component.ts';
import { everyPart, lookAtUses } from './component-use.ts';
import { ComponentShelf } from './components.ts';
import { compilePieces, type CompiledSource, type CompiledTemplate } from './compiled.ts';
import { documentOf } from './document.ts';
import { differences, type Difference } from './difference.ts';
import { errors } from './error.ts';
import { finding, type MailFinding } from './finding.ts';
import { lookAtGrids } from './grid.ts';
import { refuseFaults } from './inspect.ts';
import { lookAt } from './look.ts';
import { recipeTemplates } from './recipe.ts';
import { homeKey } from './message.ts';
import { changed, requireRevision } from './revision.ts';
import type { Brand } from './sender.ts';
import type { Senders } from './senders.ts';
import { poolRows } from './table-coupon.ts';
import * as table from './table-template.ts';
import type { TemplateLine, TemplateRow } from './table-template.ts';
import { Themes } from './themes.ts';

interface TemplateParts {
  store: Store;
  clock: Clock;
  senders: Senders;
  /** Why a criterion cannot choose for a mail; absent: each can. */
  unfit?(criterion: string): string | null;
}

/** Templates as versions: checked and compiled when saved, sent once published, never changed afterwards. */
export class Templates {
  readonly themes: Themes;
  readonly components: ComponentShelf;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #senders: Senders;
  readonly #unfit: (criterion: string) => string | null;
  readonly #names = new Set<string>();
  readonly #compiled = new Map<string, { made: string | null; template: CompiledTemplate }>();

  constructor(parts: TemplateParts) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#senders = parts.senders;
    this.#unfit = parts.unfit ?? (() => null);
    this.themes = new Themes(parts, (row) => this.#recompile(row));
    this.components = new ComponentShelf(parts, (key, body, components) => this.#look(key, body, components));
    parts.senders.onChange((key) => this.#redress(key));
  }

  /** Puts the recipes' templates in place and publishes them, unless the shop has written its own under that key. */
  async installRecipes(): Promise<void> {
    for (const { key, ...body } of recipeTemplates) {
      const known = await table.newestTemplate(this.#store, key, { published: false });
      if (known?.origin === 'shop' || known?.hash === hashOf(body)) continue;
      // Compiled at its first use: most starts send none of them.
      const version = (known?.version ?? 0) + 1;
      const now = this.#clock.now();
      const row = { key, version, origin: 'recipe', body, hash: hashOf(body), compiled: null, savedAt: now } as const;
      await table.insertTemplate(this.#store, row);
      await table.publishRow(this.#store, { key, version, now });
    }
  }

  list(): Promise<TemplateLine[]> {
    return table.templateLines(this.#store);
  }

  /** The keys there are; the set grows as templates are saved. */
  async names(): Promise<ReadonlySet<string>> {
    for (const key of await table.templateKeys(this.#store)) this.#names.add(key);
    return this.#names;
  }

  /** The newest version, published or not. Throws MESSAGE_TEMPLATE_UNKNOWN. */
  async get(key: string): Promise<TemplateRow> {
    return (await table.newestTemplate(this.#store, key, { published: false })) ?? (await this.#unknown(key));
  }

  /** Newest first. Throws MESSAGE_TEMPLATE_UNKNOWN. */
  async versions(key: string): Promise<TemplateRow[]> {
    const rows = await table.templateVersions(this.#store, key);
    return rows.length === 0 ? this.#unknown(key) : rows;
  }

  /** One version. Throws MESSAGE_TEMPLATE_UNKNOWN, MESSAGE_TEMPLATE_VERSION. */
  async version(key: string, version: number): Promise<TemplateRow> {
    const row = await table.templateVersion(this.#store, key, version);
    if (row) return row;
    await this.get(key);
    const says = `The template "${key}" has no version ${version}`;
    throw new BeckonError(errors.MESSAGE_TEMPLATE_VERSION, says, { where: 'version' });
  }

  /** What changed from one version to another. */
  async difference(key: string, from: number, to: number): Promise<Difference[]> {
    const [before, after] = [await this.version(key, from), await this.version(key, to)];
    return differences(before.body, after.body);
  }

  /**
   * Checks, compiles and stores a document as a new version, unless nothing changed. Nothing is sent from it before
   * `publish`. With a `revision` only if the newest version still has it (`none`: if there is no such template).
   *
   * @throws MESSAGE_TEMPLATE_INVALID, MESSAGE_TEMPLATE_FAULT, MESSAGE_TEMPLATE_CHANGED; then nothing is stored
   */
  async put(key: string, document: unknown, revision?: string): Promise<TemplateRow> {
    requireKey(key);
    const body = documentOf(document);
    const known = await table.newestTemplate(this.#store, key, { published: false });
    requireRevision(`template "${key}"`, known, revision);
    const hash = hashOf(body);
    if (known?.hash === hash) return known;
    const components = await this.components.all();
    const { compiled, findings } = await this.#look(key, body, components);
    refuseFaults(key, findings);
    const version = (known?.version ?? 0) + 1;
    const row = { key, version, origin: 'shop', body, hash, compiled, savedAt: this.#clock.now() } as const;
    if (!(await table.insertTemplate(this.#store, row))) throw changed(`template "${key}"`);
    this.#names.add(key);
    // A component that was changed meanwhile did not know of this one.
    if (stableJson([...(await this.components.all())]) !== stableJson([...components])) await this.#recompile(row);
    return { ...row, publishedAt: null };
  }

  /** All that is wrong with a document, without storing it. Throws MESSAGE_TEMPLATE_INVALID. */
  async check(key: string, document: unknown): Promise<MailFinding[]> {
    return (await this.#look(key, documentOf(document))).findings;
  }

  /** Compiles and inspects a document as it would go out of this shop. */
  async #look(
    key: string,
    body: TemplateDocument,
    among?: Components,
  ): Promise<{ compiled: CompiledSource; findings: MailFinding[] }> {
    const { theme, components, brand, strange } = await this.#dressOf(body, among);
    const unknown = [
      ...(strange === null ? [] : [strange]),
      ...lookAtUses(everyBlock(body), components),
      ...(await this.#strangePools(body, components)),
      ...lookAtGrids(body.blocks, this.#unfit),
    ];
    if (unknown.length > 0) return { compiled: null as never, findings: unknown };
    return lookAt(body, { key, theme, components, render: brand.render, now: this.#clock.now() });
  }

  /** Makes the newest version the one that is sent. Throws MESSAGE_TEMPLATE_UNKNOWN, MESSAGE_TEMPLATE_CHANGED. */
  async publish(key: string, revision?: string): Promise<TemplateRow> {
    const row = await this.get(key);
    requireRevision(`template "${key}"`, row, revision);
    if (row.publishedAt !== null) return row;
    const { findings } = await this.#look(key, row.body);
    refuseFaults(key, findings);
    const now = this.#clock.now();
    await table.publishRow(this.#store, { key, version: row.version, now });
    return { ...row, publishedAt: now };
  }

  /** An older version again, as the newest one; it is sent once published. */
  async restore(key: string, version: number): Promise<TemplateRow> {
    return this.put(key, (await this.version(key, version)).body);
  }

  /**
   * The published versions of these keys, compiled once a process and version. `key@3` is that very version, published or
   * not, as proofs are sent from; `key~dark` is in another theme, for a journey whose sender wears one. Keys without one
   * are left out.
   */
  async compiled(keys: Iterable<string>): Promise<Map<string, CompiledTemplate>> {
    const published = await table.publishedVersions(this.#store);
    const found = new Map<string, CompiledTemplate>();
    for (const key of new Set(keys)) {
      const [place, dress] = key.split('~') as [string, string?];
      const [name, number] = place.split('@') as [string, string?];
      const known = number === undefined ? published.get(name) : { version: Number(number), made: 'fixed' };
      if (!known) continue;
      const template = dress === undefined ? await this.#ready(name, known) : await this.#inDress(name, known, dress);
      if (template) found.set(key, template);
    }
    return found;
  }

  async #ready(
    key: string,
    { version, made }: { version: number; made: string | null },
  ): Promise<CompiledTemplate | null> {
    const place = `${key}@${version}`;
    const known = this.#compiled.get(place);
    if (known?.made === made) return known.template;
    const row = await table.templateVersion(this.#store, key, version);
    if (!row) return null;
    const template = compilePieces(row, isStale(row.compiled) ? await this.#recompile(row) : row.compiled!);
    if (this.#compiled.size >= 500) this.#compiled.clear();
    this.#compiled.set(place, { made, template });
    return template;
  }

  /** In a theme that is not its own: made at its first use, and again when the theme has changed. */
  async #inDress(key: string, { version }: { version: number }, dress: string): Promise<CompiledTemplate | null> {
    const theme = await this.themes.get(dress);
    const components = await this.components.all();
    const [place, made] = [`${key}@${version}~${dress}`, stableJson([theme, [...components]])];
    const known = this.#compiled.get(place);
    if (known?.made === made) return known.template;
    const row = await table.templateVersion(this.#store, key, version);
    if (!row) return null;
    const template = compilePieces(row, await compileDocument(key, row.body, { theme, components }));
    this.#compiled.set(place, { made, template });
    return template;
  }

  /** What a document wears: its own theme, or that of its sender, and the components there are; and in whose name it goes out. */
  async #dressOf(
    { theme, sender }: TemplateDocument,
    among?: Components,
  ): Promise<Required<Dress> & { brand: Brand; strange: MailFinding | null }> {
    const components = among ?? (await this.components.all());
    const brands = await this.#senders.brands();
    const brand = brands.get(sender ?? homeKey);
    const worn = await this.themes.get(theme ?? brand?.theme ?? undefined);
    if (brand) return { theme: worn, components, brand, strange: null };
    const near = nearest(sender!, [...brands.keys()]);
    const says = `There is no sender "${sender}"${near === undefined ? '' : `; did you mean "${near}"?`}`;
    const strange = finding(errors.MESSAGE_SENDER_UNKNOWN, 'error', { where: '/sender', says });
    return { theme: worn, components, brand: this.#senders.home, strange };
  }

  /** Coupons of pools that there are not. */
  async #strangePools(body: TemplateDocument, components: Components): Promise<MailFinding[]> {
    const bound = everyPart(body, components).flatMap(({ at, block }) =>
      block.kind === 'coupon' && block.pool !== undefined ? [{ where: `${at}/pool`, pool: block.pool }] : [],
    );
    if (bound.length === 0) return [];
    const keys = (await poolRows(this.#store)).map(({ key }) => key);
    return bound.flatMap(({ where, pool }) => {
      if (keys.includes(pool)) return [];
      const near = nearest(pool, keys);
      const says = `There is no coupon pool "${pool}"${near === undefined ? '' : `; did you mean "${near}"?`}`;
      return [finding(errors.COUPON_POOL_UNKNOWN, 'error', { where, says })];
    });
  }

  /** A sender has changed: what names it and no theme of its own wears what the sender wears now. */
  async #redress(sender: string): Promise<void> {
    for (const row of await table.templatesOfSender(this.#store, sender)) await this.#recompile(row);
  }

  async #recompile({ key, version, body }: Pick<TemplateRow, 'key' | 'version' | 'body'>): Promise<CompiledSource> {
    const compiled = await compileDocument(key, body, await this.#dressOf(body));
    await table.storeCompiled(this.#store, { key, version, compiled });
    return compiled;
  }

  /** The newest version compiled, published or not; or a document that is not stored at all. For previews. */
  async draft(key: string, document?: unknown): Promise<CompiledTemplate> {
    if (document !== undefined) {
      const body = documentOf(document);
      return compilePieces({ key, version: 0 }, await compileDocument(key, body, await this.#dressOf(body)));
    }
    const row = await this.get(key);
    return compilePieces(row, isStale(row.compiled) ? await this.#recompile(row) : row.compiled!);
  }

  /** A document in a theme, or with components, that are not stored. */
  async inDress(document: TemplateDocument, dress: Partial<Dress>): Promise<CompiledTemplate> {
    const worn = { ...(await this.#dressOf(document, dress.components)), ...dress };
    return compilePieces({ key: 'draft', version: 0 }, await compileDocument('draft', document, worn));
  }

  /** A document as MJML, for a reader of that language. */
  async mjml(document: TemplateDocument, wanted: string | null): Promise<string> {
    return mjmlSource(document, { ...(await this.#dressOf(document)), wanted });
  }

  async #unknown(key: string): Promise<never> {
    const near = nearest(key, await this.names());
    const hint = near === undefined ? '' : `; did you mean "${near}"?`;
    throw new BeckonError(errors.MESSAGE_TEMPLATE_UNKNOWN, `There is no template "${key}"${hint}`);
  }
}

function requireKey(key: string): void {
  if (/^[a-z0-9][a-z0-9-]{0,99}$/.test(key)) return;
  const says = `"${key.slice(0, 120)}" cannot be the key of a template: lower-case letters, digits and hyphens`;
  throw new BeckonError(errors.MESSAGE_TEMPLATE_INVALID, says, { where: 'key' });
}

function hashOf(body: TemplateDocument): string {
  return sha256(stableJson(body));
}
