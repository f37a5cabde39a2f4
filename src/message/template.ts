import { BeckonError, nearest, sha256, type Clock } from '../base/index.ts';
import type { Store } from '../store/index.ts';
import { checkPieces } from './check.ts';
import { compileHtml, compilePieces, type CompiledTemplate } from './compile.ts';
import { errors } from './error.ts';
import { fragments, layouts, recipeTemplates } from './recipe.ts';
import {
  insertTemplate,
  newestTemplate,
  publishRow,
  publishedVersions,
  templateKeys,
  type TemplateRow,
  type TemplateSource,
} from './table-template.ts';

/** Templates as versions: written as drafts, published as a whole, never changed afterwards. */
export class Templates {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #compiled = new Map<string, CompiledTemplate>();

  constructor(parts: { store: Store; clock: Clock }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
  }

  /** Puts the recipes' templates in place and publishes them, unless the shop has written its own under that key. */
  async installRecipes(): Promise<void> {
    for (const source of recipeTemplates) {
      const known = await newestTemplate(this.#store, source.key, { published: false });
      if (known?.origin === 'shop' || known?.hash === hashOf(source)) continue;
      await this.#add(source, 'recipe', (known?.version ?? 0) + 1);
      await this.publish(source.key);
    }
  }

  /** Stores a draft as a new version, unless nothing changed. Nothing is sent from it before `publish`. */
  async put(source: TemplateSource): Promise<{ key: string; version: number }> {
    const known = await newestTemplate(this.#store, source.key, { published: false });
    if (known?.hash === hashOf(source)) return { key: known.key, version: known.version };
    return this.#add(source, 'shop', (known?.version ?? 0) + 1);
  }

  async #add(source: TemplateSource, origin: 'recipe' | 'shop', version: number) {
    await insertTemplate(this.#store, { ...source, origin, version, hash: hashOf(source) });
    return { key: source.key, version };
  }

  /**
   * Compiles the newest version and makes it the one that is sent.
   *
   * @throws MESSAGE_TEMPLATE_UNKNOWN, MESSAGE_TEMPLATE_FAULT, LANGUAGE_*; then the version before stays in force
   */
  async publish(key: string): Promise<{ key: string; version: number }> {
    const row = await newestTemplate(this.#store, key, { published: false });
    if (!row) throw await this.#unknown(key);
    const html = await compileHtml(row);
    compilePieces({ ...row, html });
    checkPieces({ ...row, html });
    await publishRow(this.#store, { key, version: row.version, html, now: this.#clock.now() });
    return { key, version: row.version };
  }

  /** The newest version, published or not; null when there is none. */
  get(key: string): Promise<TemplateRow | null> {
    return newestTemplate(this.#store, key, { published: false });
  }

  keys(): Promise<string[]> {
    return templateKeys(this.#store);
  }

  /** The published versions of these keys, compiled once a process and version. Keys without one are left out. */
  async compiled(keys: Iterable<string>): Promise<Map<string, CompiledTemplate>> {
    const versions = await publishedVersions(this.#store);
    const found = new Map<string, CompiledTemplate>();
    for (const key of new Set(keys)) {
      const version = versions.get(key);
      if (version === undefined) continue;
      if (this.#compiled.get(key)?.version !== version) await this.#load(key);
      found.set(key, this.#compiled.get(key)!);
    }
    return found;
  }

  async #load(key: string): Promise<void> {
    const row = await newestTemplate(this.#store, key, { published: true });
    if (row?.html) this.#compiled.set(key, compilePieces({ ...row, html: row.html }));
  }

  /** The newest version compiled, draft or not; for previews. Throws as `publish`. */
  async draft(key: string): Promise<CompiledTemplate> {
    const row = await newestTemplate(this.#store, key, { published: false });
    if (!row) throw await this.#unknown(key);
    return compilePieces({ ...row, html: row.html ?? (await compileHtml(row)) });
  }

  async #unknown(key: string): Promise<BeckonError> {
    const near = nearest(key, await this.keys());
    const hint = near === undefined ? '' : `; did you mean "${near}"?`;
    return new BeckonError(errors.MESSAGE_TEMPLATE_UNKNOWN, `There is no template "${key}"${hint}`);
  }
}

/** Of all that goes into the compiled pieces, so that a new layout or card makes a new version too. */
function hashOf({ key, subject, preheader, mjml, text, requires, class: given }: TemplateSource): string {
  const kind = given ?? 'marketing';
  const parts = [key, subject, preheader, mjml, text, requires, layouts[kind], fragments];
  return sha256(JSON.stringify(kind === 'marketing' ? parts : [...parts, kind]));
}
