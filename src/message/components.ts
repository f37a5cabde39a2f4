import { BeckonError, nearest, sha256, stableJson, type Clock } from '../base/index.ts';
import type { Store, Tx } from '../store/index.ts';
import type { TemplateDocument } from './block.ts';
import { itemOf, shippedComponents, type ComponentDocument, type Components, type Parameter } from './component.ts';
import { componentsIn, componentsOf, lookAtUses } from './component-use.ts';
import type { CompiledSource } from './compiled.ts';
import { componentOf } from './document.ts';
import { errors } from './error.ts';
import type { MailFinding } from './finding.ts';
import { changed, requireRevision, revisionOf } from './revision.ts';
import * as table from './table-component.ts';
import { newestRows, storeCompiled, type TemplateRow } from './table-template.ts';

/** Who uses a component: messages by key and name, and other components. */
export interface ComponentUses {
  templates: { key: string; name: string }[];
  components: string[];
}

/** A component as people see it. */
export interface ComponentView {
  key: string;
  /** `shipped` came with Beckon; one of the shop under its key stands in for it. */
  origin: 'shipped' | 'shop';
  version: number;
  savedAt: number | null;
  /** Names what it says now, for whoever wants to change just that. */
  revision: string;
  document: ComponentDocument;
  usedBy: ComponentUses;
}

/** What a document is compiled to with other components, and what is wrong with it then. */
type Look = (
  key: string,
  body: TemplateDocument,
  components: Components,
) => Promise<{ compiled: CompiledSource; findings: MailFinding[] }>;

/** The components of a shop: three are there from the beginning, others as they are made; each as versions. */
export class ComponentShelf {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #look: Look;

  constructor(parts: { store: Store; clock: Clock }, look: Look) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#look = look;
  }

  /** Those there are, the shop's own before those that come with Beckon. */
  async all(): Promise<Components> {
    const own = await table.componentRows(this.#store);
    return new Map([...shippedComponents, ...own.map(({ key, body }) => [key, body] as const)]);
  }

  async list(): Promise<ComponentView[]> {
    const own = new Map((await table.componentRows(this.#store)).map((row) => [row.key, row]));
    const all: Components = new Map([...shippedComponents, ...[...own].map(([key, { body }]) => [key, body] as const)]);
    const rows = await newestRows(this.#store);
    return [...all.keys()].sort().map((key) => {
      const row = own.get(key);
      return {
        key,
        origin: row ? 'shop' : 'shipped',
        version: row?.version ?? 0,
        savedAt: row?.savedAt ?? null,
        revision: revisionOf(row ?? { version: 0, hash: hashOf(all.get(key)!) }),
        document: all.get(key)!,
        usedBy: usesOf(key, rows, all),
      };
    });
  }

  /** Throws MESSAGE_COMPONENT_UNKNOWN. */
  async get(key: string): Promise<ComponentView> {
    const all = await this.list();
    const found = all.find((one) => one.key === key);
    if (found) return found;
    const near = nearest(
      key,
      all.map((one) => one.key),
    );
    const hint = near === undefined ? '' : `; did you mean "${near}"?`;
    throw new BeckonError(errors.MESSAGE_COMPONENT_UNKNOWN, `There is no component "${key.slice(0, 120)}"${hint}`);
  }

  /** Newest first; none of one that the shop has not made its own. Throws MESSAGE_COMPONENT_UNKNOWN. */
  async versions(key: string): Promise<table.ComponentRow[]> {
    await this.get(key);
    return table.componentVersions(this.#store, key);
  }

  /**
   * Checks a component with all messages that use it, compiles them anew and stores both; they look so from the next mail on.
   * With a `revision` only if it still has that (`none`: if there is no such component).
   *
   * @throws MESSAGE_COMPONENT_INVALID, MESSAGE_COMPONENT_FAULT, MESSAGE_TEMPLATE_CHANGED; then nothing is stored
   */
  async put(key: string, value: unknown, revision?: string): Promise<ComponentView> {
    if (!/^[a-z0-9][a-z0-9-]{0,99}$/.test(key)) {
      const says = `"${key.slice(0, 120)}" cannot be the key of a component: lower-case letters, digits and hyphens`;
      throw new BeckonError(errors.MESSAGE_COMPONENT_INVALID, says, { where: 'key' });
    }
    const body = componentOf(value);
    const [known] = await table.componentVersions(this.#store, key);
    const hash = hashOf(body);
    const before = await this.all();
    const stands = before.get(key);
    const there = known ?? (stands ? { version: 0, hash: hashOf(stands) } : null);
    requireRevision(`component "${key}"`, there, revision);
    if (known?.hash === hash) return this.get(key);
    const after: Components = new Map([...before, [key, body]]);
    refuse(key, await this.check(key, body, after));
    await this.#exchange({ key, before, after }, async (tx) => {
      const row = { key, version: (known?.version ?? 0) + 1, body, hash, savedAt: this.#clock.now() };
      if (await table.insertComponent(tx, row)) return;
      throw changed(`component "${key}"`);
    });
    return this.get(key);
  }

  /** An older version again, as the newest one. Throws MESSAGE_COMPONENT_UNKNOWN and those of `put`. */
  async restore(key: string, version: number): Promise<ComponentView> {
    const row = (await this.versions(key)).find((one) => one.version === version);
    if (row) return this.put(key, row.body);
    throw new BeckonError(errors.MESSAGE_COMPONENT_UNKNOWN, `The component "${key}" has no version ${version}`);
  }

  /** Removes one that nothing uses; those that came with Beckon are as they came again. Throws MESSAGE_COMPONENT_IN_USE and others. */
  async remove(key: string): Promise<void> {
    const { usedBy, origin } = await this.get(key);
    const names = [...usedBy.templates.map((one) => one.key), ...usedBy.components];
    const shipped = shippedComponents.get(key);
    if (names.length > 0 && !shipped) {
      const says = `The component "${key}" is used by ${names.join(', ')}`;
      throw new BeckonError(errors.MESSAGE_COMPONENT_IN_USE, says);
    }
    if (origin === 'shipped') return;
    const before = await this.all();
    const after = new Map(before);
    if (shipped) after.set(key, shipped);
    else after.delete(key);
    await this.#exchange({ key, before, after }, (tx) => table.dropComponent(tx, key));
  }

  /** All that is wrong with a component, in a mail that shows nothing else. */
  async check(key: string, body: ComponentDocument, among?: Components): Promise<MailFinding[]> {
    const components: Components = new Map([...(among ?? (await this.all())), [key, body]]);
    const parts = body.blocks.map((block, no) => ({ at: `/blocks/${no}`, block }));
    const uses = lookAtUses(parts, components, key);
    if (uses.length > 0) return uses;
    const { findings } = await this.#look(key, specimenOf(key, body), components);
    return aboutSpecimen(findings);
  }

  /** Stores a change together with what the messages that use the component become by it. */
  async #exchange(
    { key, before, after }: { key: string; before: Components; after: Components },
    store: (tx: Tx) => Promise<unknown>,
  ): Promise<void> {
    const made = new Map<string, CompiledSource>();
    const faults: string[] = [];
    const make = async (row: TemplateRow) => {
      const { compiled, findings } = await this.#look(row.key, row.body, after);
      const wrong = findings.filter(({ severity }) => severity === 'error');
      if (wrong.length === 0) made.set(placeOf(row), compiled);
      // What was wrong before is not the fault of this change.
      else if (!(await this.#isWrong(row, before)))
        faults.push(`${row.key}: ${wrong.map(({ message }) => message).join('; ')}`);
    };
    for (const row of await this.#users(key, after)) await make(row);
    if (faults.length > 0) {
      const says = `The component "${key}" cannot be so, for messages that use it. ${faults.join('. ')}`;
      throw new BeckonError(errors.MESSAGE_COMPONENT_FAULT, says);
    }
    const write = async (tx: Tx, row: TemplateRow) => {
      const compiled = made.get(placeOf(row));
      if (compiled) await storeCompiled(tx, { ...row, compiled });
    };
    const users = await this.#users(key, after);
    await this.#store.inTransaction(async (tx) => {
      await store(tx);
      for (const row of users) await write(tx, row);
    });
    // Those that were saved meanwhile were compiled with what stood there before.
    const late = (await this.#users(key, after)).filter((row) => !made.has(placeOf(row)));
    for (const row of late) await make(row);
    await this.#store.inTransaction(async (tx) => {
      for (const row of late) await write(tx, row);
    });
  }

  async #isWrong(row: TemplateRow, components: Components): Promise<boolean> {
    const { findings } = await this.#look(row.key, row.body, components);
    return findings.some(({ severity }) => severity === 'error');
  }

  async #users(key: string, components: Components): Promise<TemplateRow[]> {
    return (await newestRows(this.#store)).filter(({ body }) => componentsOf(body, components).has(key));
  }
}

function hashOf(body: ComponentDocument): string {
  return sha256(stableJson(body));
}

/** Of what was found in a mail that shows nothing but a component, what is the component's own. */
export function aboutSpecimen(findings: readonly MailFinding[]): MailFinding[] {
  return findings.filter(({ severity, where }) => severity === 'error' || where.startsWith('/blocks/0'));
}

const placeOf = ({ key, version }: TemplateRow) => `${key}@${version}`;

function usesOf(key: string, rows: readonly TemplateRow[], all: Components): ComponentUses {
  const users = rows.filter(({ body }) => componentsOf(body, all).has(key));
  // Newest versions come last.
  const templates = [...new Map(users.map((row) => [row.key, { key: row.key, name: row.body.name }])).values()];
  const components = [...all].flatMap(([name, body]) => (componentsIn(body).includes(key) ? [name] : []));
  return { templates, components };
}

function refuse(key: string, findings: readonly MailFinding[]): void {
  const wrong = findings.filter(({ severity }) => severity === 'error');
  if (wrong.length === 0) return;
  const all = wrong.map(({ where, message }) => `${where}: ${message}`).join('; ');
  throw new BeckonError(errors.MESSAGE_COMPONENT_FAULT, `The component "${key}" cannot be saved. ${all}`, {
    where: wrong[0]!.where,
    mend: wrong[0]!.mend,
  });
}

/** Lists that golden recipients have. */
const goldenList = 'context.journey.actions.Recommend.items';

/** A mail that shows a component and nothing else: one about an item as the card of a grid. */
export function specimenOf(key: string, component: ComponentDocument): TemplateDocument {
  const values = Object.fromEntries(
    component.parameters.flatMap((one) => (one.default === undefined ? [[one.name, sampleOf(one)]] : [])),
  );
  const item = itemOf(component);
  const { [item ?? '']: _item, ...others } = values;
  return {
    name: component.name,
    subject: component.name,
    preheader: 'A mail that shows a component, so that it can be looked at by itself.',
    ...(component.language === undefined ? {} : { language: component.language }),
    blocks: [
      item === undefined
        ? { kind: 'component', component: key, values }
        : { kind: 'products', list: goldenList, limit: 4, card: { component: key, values: others } },
      { kind: 'footer' },
    ],
  };
}

/** What stands for a value that has to be given. */
function sampleOf({ kind, name, label }: Parameter): string | number | boolean {
  if (kind === 'number') return 3;
  if (kind === 'switch') return true;
  if (kind === 'item') return `${goldenList}[0]`;
  return kind === 'address' ? '{{shop.url}}' : (label ?? name);
}
