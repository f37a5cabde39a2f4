import type { House, TemplatePreview, Whom } from './api/index.ts';
import type { Rooms } from './app.ts';
import type { Item } from './catalog/index.ts';
import { gatheredBy, type Gathered } from './journey/index.ts';
import {
  componentOf,
  documentOf,
  faintPairs,
  goldenOf,
  gridPath,
  gridsOf,
  requiredOf,
  specimen,
  specimenOf,
  themeOf,
  valueAt,
  type Golden,
  type GoldenKey,
  type TemplateDocument,
} from './message/index.ts';
import { viewOf, type ProfileView } from './profile/index.ts';
import { withItems } from './mail-items.ts';
import { labelOf } from './person-label.ts';

const iso = (at: number) => new Date(at).toISOString();
/** Items that golden recipients are shown of. */
const goldenShelf = 12;

/** Doors to templates, with the people, the runs and the goods that they are shown with. */
export function templateDoor(rooms: Rooms): House['templates'] {
  const { messages, store } = rooms;
  const { templates } = messages;
  return {
    list: () => templates.list(),
    get: (key) => templates.get(key),
    put: (key, document, revision) => templates.put(key, document, revision),
    publish: (key, revision) => templates.publish(key, revision),
    restore: (key, version) => templates.restore(key, version),
    versions: (key) => templates.versions(key),
    version: (key, version) => templates.version(key, version),
    difference: (key, from, to) => templates.difference(key, from, to),
    check: (key, document) => templates.check(key, document),
    themes: templates.themes,
    components: templates.components,
    showComponent: async (key, { golden = 'usual', language = 'en' }, given) => {
      const component = given === undefined ? (await templates.components.get(key)).document : componentOf(given);
      const findings = await templates.components.check(key, component);
      if (findings.some(({ severity }) => severity === 'error')) return { html: null, findings };
      const document = specimenOf(key, component);
      const components = new Map([...(await templates.components.all()), [key, component] as const]);
      const as = await goldenFor(rooms, document, golden);
      const profile = { ...as.profile, language };
      const template = await templates.inDress(document, { components });
      const made = await messages.show(template, { profile, context: as.context });
      return { html: 'mail' in made ? made.mail.html : null, findings };
    },
    preview: async (key, whom, document) => {
      const body = document === undefined ? (await templates.get(key)).body : documentOf(document);
      const as = await sampleFor(rooms, body, whom);
      const { profile, context } = as;
      const made = await messages.preview(key, { profile, context, ...(document === undefined ? {} : { document }) });
      const mjml = 'mail' in made ? await templates.mjml(body, made.mail.language) : '';
      return { ...previewOf(made), mjml, whom: as.whom, run: as.run, runs: as.runs };
    },
    wear: async (given, language = 'en') => {
      const theme = themeOf(given);
      const golden = await goldenFor(rooms, specimen, 'usual');
      const template = await templates.inDress(specimen, { theme });
      const as = { profile: { ...golden.profile, language }, context: golden.context };
      const made = await messages.show(template, as);
      return { html: 'mail' in made ? made.mail.html : '', faint: faintPairs(theme) };
    },
    proof: async (key, whom, to) => {
      const { version, body } = await templates.get(key);
      const { profile, context } = await sampleFor(rooms, body, whom);
      const proofs = await store.inTransaction((tx) => messages.prove(tx, { key, version, to, profile, context }));
      rooms.slots.wake();
      return { version, proofs };
    },
  };
}

interface Sample extends Pick<TemplatePreview, 'whom' | 'run' | 'runs'> {
  profile: ProfileView;
  context: Record<string, unknown>;
}

/** A person in a run that has what the template needs; without such a run with what golden recipients have. */
async function sampleFor(rooms: Rooms, document: TemplateDocument, whom: Whom): Promise<Sample> {
  const profile = whom.profileId === undefined ? null : await rooms.profiles.get(whom.profileId);
  const golden = await goldenFor(rooms, document, whom.golden ?? 'usual');
  const speak = (of: ProfileView) => (whom.language === undefined ? of : { ...of, language: whom.language });
  if (!profile) {
    const { key } = golden;
    const { context } = await goldenWithItems(rooms, document, { golden, language: whom.language });
    return { profile: speak(golden.profile), context, whom: key, run: null, runs: [] };
  }
  const gathered = await gatheredBy(rooms.store, profile.id);
  const run = chosenRun(gathered, document, whom.run);
  const { language } = whom;
  const recipient = { profileId: profile.id, ...(language === undefined ? {} : { language }) };
  const sample = { context: run?.context ?? golden.context };
  const { context } = await withItems(rooms.slots.callOwn, document, { sample, recipient, at: rooms.clock.now() });
  const runs = gathered.map(({ run: id, journey, enteredAt }) => ({ run: id, journey, enteredAt: iso(enteredAt) }));
  const view = viewOf(profile, rooms.clock.now());
  return { profile: speak(view), context, whom: labelOf(profile), run: run?.run ?? null, runs };
}

function chosenRun(runs: readonly Gathered[], document: TemplateDocument, wanted: string | undefined) {
  if (wanted !== undefined) return runs.find(({ run }) => run === wanted);
  const asked = gridsOf(document.blocks).map(({ criterion }) => gridPath(criterion));
  const needed = requiredOf(document).filter((path) => path.startsWith('context.') && !asked.includes(path));
  return runs.find(({ context }) => needed.every((path) => valueAt({ context }, path) !== undefined));
}

/** Recipients made up for what breaks mails keep their items; to the others a criterion shows what it would show a stranger. */
async function goldenWithItems(
  { slots, clock }: Rooms,
  document: TemplateDocument,
  { golden, language = golden.profile.language }: { golden: Golden; language: string | null | undefined },
): Promise<Pick<Golden, 'context'>> {
  if (golden.key === 'empty-cart' || golden.key === 'twelve-items') return golden;
  const recipient = language === null ? {} : { language };
  return withItems(slots.callOwn, document, { sample: golden, recipient, at: clock.now() });
}

async function goldenFor(
  { catalog, clock, messages }: Rooms,
  document: TemplateDocument,
  key: GoldenKey,
): Promise<ReturnType<typeof goldenOf>> {
  const ids: string[] = [];
  for (const id of catalog.ids()) {
    if (isShown(catalog.get(id))) ids.push(id);
    if (ids.length === goldenShelf) break;
  }
  const components = await messages.templates.components.all();
  return goldenOf(key, { document, components, ids: ids.length === 0 ? ['none'] : ids, now: clock.now() });
}

function isShown(item: Item | undefined): boolean {
  return item !== undefined && item.stock !== 0 && item.url !== null && item.imageUrl !== null;
}

type Made = Awaited<ReturnType<Rooms['messages']['preview']>>;

function previewOf(made: Made): Pick<TemplatePreview, 'mail' | 'why'> {
  if ('skip' in made) return { mail: null, why: made.skip };
  if ('failed' in made) return { mail: null, why: made.failed };
  const { subject, html, text, size, language, links } = made.mail;
  return { mail: { subject, html, text, size, language, links: links.length }, why: null };
}
