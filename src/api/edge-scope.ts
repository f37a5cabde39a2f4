import { BeckonError } from '../base/index.ts';
import type { Datastream, ScopeSetting } from '../event/index.ts';
import { compileTemplate, type Template } from '../language/index.ts';
import type { RecommendationAnswer } from './contract.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';
import { hasCriterion } from './person.ts';

const plainList = `<ul class="beckon-recommendations">
{{#each items as |item|}}
  <li data-aep-click-label="{{item.id}}">{%#if item.url%}<a href="{{item.url}}">{%#if item.imageUrl%}<img src="{{item.imageUrl}}" alt="">{%/if%}<span>{{item.name}}</span></a>{%else%}<span>{{item.name}}</span>{%/if%}</li>
{{/each}}
</ul>`;

/** The name under which a datastream says what a page load shows, as Target calls it. */
export const globalMbox = 'target-global-mbox';
/** What a scope of a datastream begins with that stands for a view of Target. */
export const viewPrefix = 'view:';

const templates = new Map<string, Template>();
const mostTemplates = 500;

/** Compiled once for a text. @throws LANGUAGE_* with line and column */
function templateOf(text: string): Template {
  const known = templates.get(text);
  if (known) return known;
  const made = compileTemplate(text, { mode: 'html' });
  if (templates.size >= mostTemplates) templates.clear();
  templates.set(text, made);
  return made;
}

/** A recommendation as HTML for a page. @throws RENDER_* */
export function htmlOf(setting: ScopeSetting, answer: RecommendationAnswer, now: number): string {
  const { items, cart, criterion, status, count, trackingToken } = answer;
  const scope = { items, cart, criterion, status, count, recommendation: trackingToken };
  return templateOf(setting.template ?? plainList).render(scope, { now });
}

/**
 * What a name that the page asks for answers: as the datastream has it, or, for `recommend:<criterion>` and a
 * criterion's own key, that criterion's items as data. Undefined for a name that is not ours.
 */
export function scopeSetting(name: string, datastream: Datastream, house: House): ScopeSetting | undefined {
  if (datastream.scopes && Object.hasOwn(datastream.scopes, name)) return datastream.scopes[name];
  const criterion = name.startsWith('recommend:') ? name.slice('recommend:'.length) : name;
  return hasCriterion(house, criterion) ? { criterion, format: 'json' } : undefined;
}

/** The same for a surface: by its whole address first, then by its place on any page. */
export function surfaceSetting(surface: string, datastream: Datastream): ScopeSetting | undefined {
  const { surfaces = {} } = datastream;
  if (Object.hasOwn(surfaces, surface)) return surfaces[surface];
  const at = surface.indexOf('#');
  const place = at < 0 ? undefined : surface.slice(at);
  return place !== undefined && Object.hasOwn(surfaces, place) ? surfaces[place] : undefined;
}

/**
 * Refuses settings that could never answer: an unknown criterion, a template with a fault, a template for data.
 *
 * @throws API_INPUT_INVALID, LANGUAGE_*, each naming the scope
 */
export function checkScopes(datastream: Pick<Datastream, 'scopes' | 'surfaces'>, house: House): void {
  for (const part of ['scopes', 'surfaces'] as const) {
    for (const [name, setting] of Object.entries(datastream[part] ?? {})) checkScope(`${part}.${name}`, setting, house);
  }
  for (const surface of Object.keys(datastream.surfaces ?? {})) {
    if (!/^(?:web:\/\/[^\s#]+(?:#\S+)?|#\S+)$/.test(surface)) {
      throw new BeckonError(
        errors.API_INPUT_INVALID,
        `"${surface}" is no surface: web://host/path, with #place or without, or #place`,
        {
          where: 'surfaces',
        },
      );
    }
  }
}

/** What the SDK renders without being told where (edge-protocol §8.2), and at.js a page load or a view of Target. */
function isWholePage(name: string): boolean {
  if (name === '__view__' || name === globalMbox || name.startsWith(viewPrefix)) return true;
  return name.startsWith('web://') && !name.includes('#');
}

function checkScope(where: string, setting: ScopeSetting, house: House): void {
  const refuse = (sentence: string): never => {
    throw new BeckonError(errors.API_INPUT_INVALID, sentence, { where });
  };
  if (!hasCriterion(house, setting.criterion)) {
    const known = house.criteria.list().map(({ key }) => key);
    refuse(`There is no criterion "${setting.criterion}"; there are ${known.join(', ')}`);
  }
  if (setting.format === 'json' && (setting.template ?? setting.selector) !== undefined) {
    refuse('A template or a selector needs the format "html"');
  }
  if (setting.selector !== undefined && !isWholePage(where.slice(where.indexOf('.') + 1))) {
    refuse(
      'The SDK fills a selector by itself under "__view__", the surface of a whole page, or Target\'s page load and views only',
    );
  }
  if (setting.template === undefined) return;
  try {
    templateOf(setting.template);
  } catch (error) {
    if (!(error instanceof BeckonError)) throw error;
    const kind = { code: error.code, status: error.status, mend: error.mend };
    throw new BeckonError(kind, error.message, { where: `${where}.template, ${error.where ?? ''}`, cause: error });
  }
}
