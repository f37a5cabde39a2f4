import { Type, type TSchema } from 'typebox';
import { BeckonError } from '../base/index.ts';
import type { ComponentView as Kept } from '../message/index.ts';
import {
  ComponentPreview,
  ComponentPreviewInput,
  ComponentVersions,
  ComponentView,
  ThemeInput,
  ThemeView,
  ThemeWorn,
} from './contract-message.ts';
import type { Door } from './door.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;
const iso = (at: number) => new Date(at).toISOString();

/** Doors to the themes of mails. */
export function themeDoors(make: Make, { templates }: House): void {
  const { themes } = templates;
  make({
    method: 'GET',
    path: '/themes',
    scope: 'read',
    summary: 'How mails look: colours, font, corners, logo. `shop` is always there.',
    answer: Type.Object({ themes: Type.Array(ThemeView) }),
    work: async () => ({ themes: await themes.list() }),
  });
  make({
    method: 'PUT',
    path: '/themes/:key',
    scope: 'journeys',
    summary: 'Save a theme. The templates that wear it are compiled anew and look so from the next mail on.',
    query: { revision: 'Only if it still has that; `none`: only if there is no such theme' },
    body: ThemeInput,
    answer: ThemeView,
    work: (call) => themes.put(call.part('key'), call.body, call.query('revision')),
  });
  make({
    method: 'DELETE',
    path: '/themes/:key',
    scope: 'journeys',
    summary: 'Remove a theme that nothing wears; `shop` looks as it came again.',
    answer: Type.Object({ removed: Type.Boolean() }),
    work: async (call) => {
      await themes.remove(call.part('key'));
      return { removed: true };
    },
  });
  make({
    method: 'POST',
    path: '/themes/preview',
    scope: 'read',
    summary: 'A mail with one of everything in a theme that is not saved, and what in it is hard to read.',
    query: { language: 'en, sv or de' },
    body: ThemeInput,
    answer: ThemeWorn,
    work: (call) => templates.wear(call.body, call.query('language')),
  });
}

/** Doors to components, which many messages share. */
export function componentDoors(make: Make, house: House): void {
  const { components, showComponent } = house.templates;
  make({
    method: 'GET',
    path: '/components',
    scope: 'read',
    summary: 'The components that messages may use, and which do. Three are there from the beginning.',
    answer: Type.Object({ components: Type.Array(ComponentView) }),
    work: async () => ({ components: (await components.list()).map(view) }),
  });
  make({
    method: 'GET',
    path: '/components/:key',
    scope: 'read',
    summary: 'One component: its parameters, its blocks, and which messages use it.',
    answer: ComponentView,
    work: async (call) => view(await components.get(call.part('key'))),
  });
  make({
    method: 'PUT',
    path: '/components/:key',
    scope: 'journeys',
    summary:
      'Save a component, once all messages that use it are still right with it. They are compiled anew and look so from the next mail on.',
    query: { revision: 'Only if it still has that; `none`: only if there is no such component' },
    body: Type.Unknown({ description: 'The component, as GET /v1/schema/component describes it' }),
    answer: ComponentView,
    work: async (call) => view(await components.put(call.part('key'), call.body, call.query('revision'))),
  });
  make({
    method: 'DELETE',
    path: '/components/:key',
    scope: 'journeys',
    summary: 'Remove a component that nothing uses; those that came with Beckon are as they came again.',
    answer: Type.Object({ removed: Type.Boolean() }),
    work: async (call) => {
      await components.remove(call.part('key'));
      return { removed: true };
    },
  });
  make({
    method: 'GET',
    path: '/components/:key/versions',
    scope: 'read',
    summary: 'What a component was before, newest first.',
    answer: ComponentVersions,
    work: async (call) => ({
      versions: (await components.versions(call.part('key'))).map(({ version, savedAt, body }) => ({
        version,
        savedAt: iso(savedAt),
        document: body,
      })),
    }),
  });
  make({
    method: 'POST',
    path: '/components/:key/versions/:version/restore',
    scope: 'journeys',
    summary: 'An older version again, as the newest one.',
    answer: ComponentView,
    work: async (call) => view(await components.restore(call.part('key'), numberOf(call.part('version')))),
  });
  make({
    method: 'POST',
    path: '/components/:key/preview',
    scope: 'read',
    looks: true,
    summary: 'A component in a mail that shows nothing else, and what is wrong with it; nothing is stored.',
    body: ComponentPreviewInput,
    answer: ComponentPreview,
    work: (call) => {
      const { document, ...whom } = call.body;
      return showComponent(call.part('key'), whom, document);
    },
  });
}

function view({ savedAt, ...rest }: Kept): ComponentView {
  return { ...rest, savedAt: savedAt === null ? null : iso(savedAt) };
}

function numberOf(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new BeckonError(errors.API_INPUT_INVALID, `"${text}" is no version`, { where: 'version' });
}
