import { Type, type TSchema } from 'typebox';
import { BeckonError, isUuid } from '../base/index.ts';
import { fixedLinks, revisionOf, TemplateDocument, type TemplateRow } from '../message/index.ts';
import {
  TemplateCheck,
  TemplateCheckInput,
  TemplateDifference,
  TemplateLine,
  TemplatePreview,
  TemplatePreviewInput,
  TemplateProof,
  TemplateProofInput,
  TemplateVersions,
  TemplateView,
} from './contract-message.ts';
import { componentDoors, themeDoors } from './admin-look.ts';
import type { Door } from './door.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;
const iso = (at: number) => new Date(at).toISOString();
/** Fixed links of one template that are asked, and so many at a time. */
const mostLinks = 20;

/** Doors to message templates: written as drafts, published, compared, shown and proved; and to their themes. */
export function templateDoors(make: Make, house: House): void {
  const { templates } = house;
  make({
    method: 'GET',
    path: '/templates',
    scope: 'read',
    summary: 'The message templates there are.',
    answer: Type.Object({ templates: Type.Array(TemplateLine) }),
    work: async () => ({
      templates: (await templates.list()).map((line) => ({ ...line, savedAt: iso(line.savedAt) })),
    }),
  });
  make({
    method: 'GET',
    path: '/templates/:key',
    scope: 'read',
    summary: 'One template: the newest version of its document.',
    answer: TemplateView,
    work: async (call) => view(await templates.get(call.part('key')), house),
  });
  make({
    method: 'PUT',
    path: '/templates/:key',
    scope: 'journeys',
    summary: 'Check, compile and store a document as a new version. What is sent stays as it is until publish.',
    query: { revision: 'Only if the newest version still has it; `none`: only if there is no such template' },
    body: Type.Unknown({ description: 'The document, as GET /v1/schema/template describes it' }),
    answer: TemplateView,
    work: async (call) => view(await templates.put(call.part('key'), call.body, call.query('revision')), house),
  });
  make({
    method: 'POST',
    path: '/templates/:key/publish',
    scope: 'journeys',
    right: 'publish',
    summary: 'Make the newest version the one that is sent, from the next claim on.',
    query: { revision: 'Only if the newest version still has it' },
    answer: TemplateView,
    work: async (call) => view(await templates.publish(call.part('key'), call.query('revision')), house),
  });
  versionDoors(make, house);
  tryDoors(make, house);
  themeDoors(make, house);
  componentDoors(make, house);
}

function versionDoors(make: Make, house: House): void {
  const { templates } = house;
  make({
    method: 'GET',
    path: '/templates/:key/versions',
    scope: 'read',
    summary: 'All versions of a template, newest first.',
    answer: TemplateVersions,
    work: async (call) => ({
      versions: (await templates.versions(call.part('key'))).map(({ version, savedAt, publishedAt, body }) => ({
        version,
        savedAt: iso(savedAt),
        publishedAt: publishedAt && iso(publishedAt),
        document: body,
      })),
    }),
  });
  make({
    method: 'GET',
    path: '/templates/:key/diff',
    scope: 'read',
    summary: 'What changed from one version to another.',
    query: { from: 'Version', to: 'Version' },
    answer: TemplateDifference,
    work: async (call) => {
      const [from, to] = [versionOf(call.query('from'), 'from'), versionOf(call.query('to'), 'to')];
      return { from, to, differences: await templates.difference(call.part('key'), from, to) };
    },
  });
  make({
    method: 'POST',
    path: '/templates/:key/versions/:version/restore',
    scope: 'journeys',
    summary: 'An older version again, as the newest one. It is sent once published.',
    answer: TemplateView,
    work: async (call) =>
      view(await templates.restore(call.part('key'), versionOf(call.part('version'), 'version')), house),
  });
}

function tryDoors(make: Make, house: House): void {
  const { templates } = house;
  make({
    method: 'POST',
    path: '/templates/:key/check',
    scope: 'read',
    summary: 'All that is wrong with a document, without storing it.',
    body: TemplateCheckInput,
    answer: TemplateCheck,
    work: async (call) => {
      const document = call.body.document ?? (await templates.get(call.part('key'))).body;
      const findings = await templates.check(call.part('key'), document);
      return { findings, links: call.body.links ? await askLinks(document as TemplateDocument, house) : [] };
    },
  });
  make({
    method: 'POST',
    path: '/templates/:key/preview',
    scope: 'people',
    looks: true,
    summary: 'The mail as somebody would get it: a person in a run of theirs, or a golden recipient.',
    body: TemplatePreviewInput,
    answer: TemplatePreview,
    work: async (call) => {
      const { document, ...whom } = call.body;
      return templates.preview(call.part('key'), requireWhom(whom), document);
    },
  });
  make({
    method: 'POST',
    path: '/templates/:key/proof',
    scope: 'journeys',
    summary:
      'Send the newest version to up to 10 addresses, as somebody would get it. Caps, quiet hours and consent are not asked; it says so, and counts nowhere.',
    body: TemplateProofInput,
    answer: TemplateProof,
    work: async (call) => {
      const { to, ...whom } = call.body;
      return templates.proof(call.part('key'), requireWhom(whom), to);
    },
  });
}

function requireWhom<W extends { profileId?: string }>(whom: W): W {
  if (whom.profileId === undefined || isUuid(whom.profileId)) return whom;
  throw new BeckonError(errors.API_INPUT_INVALID, `"${whom.profileId}" is no profile id`, { where: 'profileId' });
}

/** Whether anything answers at the fixed addresses of a document; behind the guard, so that no inner door is knocked at. */
async function askLinks(document: TemplateDocument, house: House): Promise<TemplateCheck['links']> {
  const links = fixedLinks(document).slice(0, mostLinks);
  return Promise.all(
    links.map(async ({ at, href }) => {
      try {
        await house.fetchText(href);
        return { at, href, ok: true, says: 'answers' };
      } catch (error) {
        return { at, href, ok: false, says: (error as Error).message.slice(0, 300) };
      }
    }),
  );
}

async function view(row: TemplateRow, house: House): Promise<TemplateView> {
  const { key, version, origin, savedAt, publishedAt, body } = row;
  const line = (await house.templates.list()).find((one) => one.key === key);
  return {
    key,
    version,
    revision: revisionOf(row),
    origin,
    savedAt: iso(savedAt),
    publishedAt: publishedAt === null ? null : iso(publishedAt),
    published: line?.published ?? null,
    document: body,
  };
}

function versionOf(text: string | undefined, where: string): number {
  if (text !== undefined && /^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new BeckonError(errors.API_INPUT_INVALID, `"${text ?? ''}" is no version`, { where });
}
