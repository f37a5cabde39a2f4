import { BeckonError, sha256, stableJson, type Clock } from '../base/index.ts';
import type { Store } from '../store/index.ts';
import { themeOf } from './document.ts';
import { errors } from './error.ts';
import { requireRevision, revisionOf } from './revision.ts';
import { dropTheme, putTheme, themeRow, themeRows, wearersOf, type TemplateRow } from './table-template.ts';
import { senderRows } from './table-sender.ts';
import { shopTheme, type Theme } from './theme.ts';

/** A theme as people see it. */
export interface ThemeLine {
  key: string;
  /** Names what it says now, for whoever wants to change just that. */
  revision: string;
  theme: Theme;
}

/** The themes of a shop: `shop` is there from the beginning, others as they are made. */
export class Themes {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #recompile: (row: TemplateRow) => Promise<unknown>;

  /** @param recompile compiles and stores a version anew, in the theme as it is then */
  constructor(parts: { store: Store; clock: Clock }, recompile: (row: TemplateRow) => Promise<unknown>) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#recompile = recompile;
  }

  async list(): Promise<ThemeLine[]> {
    const rows = (await themeRows(this.#store)).map(({ key, body }) => lineOf(key, body));
    return rows.some(({ key }) => key === 'shop') ? rows : [lineOf('shop', shopTheme), ...rows];
  }

  /** Throws MESSAGE_THEME_UNKNOWN. */
  async get(key = 'shop'): Promise<Theme> {
    const known = await themeRow(this.#store, key);
    if (known) return known;
    if (key === 'shop') return shopTheme;
    throw new BeckonError(errors.MESSAGE_THEME_UNKNOWN, `There is no theme "${key}"`, { where: '/theme' });
  }

  /**
   * Stores a theme; the newest and the published versions that wear it are compiled anew. With a `revision` only if it still
   * has that (`none`: if there is no such theme). Throws MESSAGE_TEMPLATE_INVALID, MESSAGE_TEMPLATE_CHANGED.
   */
  async put(key: string, theme: unknown, revision?: string): Promise<ThemeLine> {
    if (!/^[a-z0-9][a-z0-9-]{0,99}$/.test(key)) {
      const says = `"${key.slice(0, 120)}" cannot be the key of a theme: lower-case letters, digits and hyphens`;
      throw new BeckonError(errors.MESSAGE_TEMPLATE_INVALID, says, { where: 'key' });
    }
    const body = themeOf(theme);
    const stands = (await this.list()).find((one) => one.key === key);
    requireRevision(`theme "${key}"`, stands ? markOf(stands.theme) : null, revision);
    await putTheme(this.#store, { key, body, now: this.#clock.now() });
    for (const row of await wearersOf(this.#store, key)) await this.#recompile(row);
    return lineOf(key, body);
  }

  /** Removes a theme that nothing wears; `shop` looks as it came again. Throws MESSAGE_THEME_UNKNOWN, MESSAGE_THEME_IN_USE. */
  async remove(key: string): Promise<void> {
    await this.get(key);
    const worn = await wearersOf(this.#store, key);
    const senders = (await senderRows(this.#store)).filter(({ body }) => body.theme === key);
    const names = [...new Set(worn.map((row) => row.key)), ...senders.map((row) => row.key)];
    if (key !== 'shop' && names.length > 0) {
      const says = `The theme "${key}" is worn by ${names.join(', ')}`;
      throw new BeckonError(errors.MESSAGE_THEME_IN_USE, says);
    }
    await dropTheme(this.#store, key);
    for (const row of worn) await this.#recompile(row);
  }
}

/** A theme has no versions: what it says is all that tells one from another. */
function markOf(theme: Theme): { version: number; hash: string } {
  return { version: 0, hash: sha256(stableJson(theme)) };
}

function lineOf(key: string, theme: Theme): ThemeLine {
  return { key, revision: revisionOf(markOf(theme)), theme };
}
