import { BeckonError, elapsed } from '../base/index.ts';
import { compileTemplate, type Template } from '../language/index.ts';
import { wrapForClicks } from './design-click.ts';
import { designErrors } from './design-error.ts';
import { HtmlOutput, JsonOutput, TextOutput } from './design-output.ts';
import { rootsOf, scopeOf, type DesignInput } from './design-scope.ts';
import { entitiesNamed, slotsOf } from './design-slots.ts';
import { placeIn, VelocityFault, type VelocityNode } from './velocity.ts';
import { parseVelocity } from './velocity-parse.ts';
import { trustedNames, VelocityRun } from './velocity-run.ts';

/**
 * What a design gives: HTML, which is wrapped for clicks; JSON, which is always read before it is served; any other text
 * (recommendations DES-6).
 */
export type DesignType = 'html' | 'json' | 'text';
/** Adobe's, or the one that mails are written in. */
export type DesignLanguage = 'velocity' | 'beckon';

/** A design as a shop writes it. */
export interface DesignDefinition {
  key: string;
  name: string;
  type: DesignType;
  language: DesignLanguage;
  script: string;
  /** How many items; absent: in Velocity the highest that the script asks for, otherwise 4. */
  slots?: number;
  /** `text`: JSON is served as one string of type html, as Adobe does. */
  jsonAs?: 'object' | 'text';
}

/** A design, made for one answer. */
export interface Rendered {
  type: DesignType;
  /** A parsed value for JSON, unless the design says text. */
  content: unknown;
}

/** A design, ready to be used. */
export interface Design {
  definition: DesignDefinition;
  /** How many items it shows. */
  slots: number;
  /** @throws DESIGN_FAULT, RENDER_* */
  render(input: DesignInput): Rendered;
}

export const mostSlots = 99;
const usualSlots = 4;

/** @throws DESIGN_INVALID with the place in the script, LANGUAGE_* */
export function compileDesign(definition: DesignDefinition): Design {
  return definition.language === 'velocity' ? compileVelocity(definition) : compileBeckon(definition);
}

function compileVelocity(definition: DesignDefinition): Design {
  const nodes = parsed(definition);
  const trusted = trustedNames(nodes);
  const write = (input: DesignInput): string => {
    const output = outputOf(definition.type);
    const { roots } = rootsOf(input);
    const scope = { roots, token: (name: string) => input.tokens?.[name] ?? '' };
    try {
      new VelocityRun(scope, output, { trusted }).run(nodes);
    } catch (error) {
      throw velocityError(error, definition, designErrors.DESIGN_FAULT);
    }
    return output.text;
  };
  const slots = definition.slots ?? slotsOf(nodes, trusted);
  return { definition, slots, render: (input) => finished(definition, write(input), input) };
}

function outputOf(type: DesignType): TextOutput | JsonOutput | HtmlOutput {
  if (type === 'html') return new HtmlOutput();
  return type === 'json' ? new JsonOutput() : new TextOutput();
}

function parsed(definition: DesignDefinition): VelocityNode[] {
  let nodes: VelocityNode[];
  try {
    nodes = parseVelocity(definition.script);
  } catch (error) {
    throw velocityError(error, definition, designErrors.DESIGN_INVALID);
  }
  const most = entitiesNamed(nodes);
  if (most === 0) throw invalid('It names no item: $entity1 or $entities', 'script');
  if (most > mostSlots) throw invalid(`It names $entity${most}; a design shows ${mostSlots} items at most`, 'script');
  return nodes;
}

function velocityError(
  error: unknown,
  { key, script }: DesignDefinition,
  kind: typeof designErrors.DESIGN_FAULT,
): unknown {
  if (!(error instanceof VelocityFault)) return error;
  return new BeckonError(kind, `${error.message} ("${key}")`, { where: placeIn(script, error.at), cause: error });
}

function compileBeckon(definition: DesignDefinition): Design {
  const template: Template = compileTemplate(definition.script, { mode: definition.type });
  if (!template.paths.some((path) => path === 'items' || path.startsWith('items.'))) {
    throw invalid('It shows no item: {{#each items as |item|}} … {{/each}}', 'script');
  }
  const slots = definition.slots ?? usualSlots;
  const write = (input: DesignInput) => template.render(scopeOf(input), { now: input.now, clock: elapsed });
  return { definition, slots, render: (input) => finished(definition, write(input), input) };
}

function finished(definition: DesignDefinition, made: string, { answer }: DesignInput): Rendered {
  const { type, jsonAs } = definition;
  if (type === 'json') {
    const value = readJson(made, definition);
    return { type, content: jsonAs === 'text' ? JSON.stringify(value) : value };
  }
  if (type === 'text') return { type, content: made };
  const items = answer.items.map(({ id, url }, i) => ({ id, url, position: i + 1 }));
  return {
    type,
    content: wrapForClicks(made, { recommendation: answer.trackingToken, criterion: answer.criterion.key, items }),
  };
}

/** JSON is always read before anybody gets it (recommendations §4.3). */
function readJson(made: string, { key }: DesignDefinition): unknown {
  try {
    return JSON.parse(made);
  } catch (cause) {
    const why = (cause as Error).message.slice(0, 200);
    throw new BeckonError(designErrors.DESIGN_FAULT, `What "${key}" gives is not JSON: ${why}`, {
      where: 'script',
      cause,
    });
  }
}

function invalid(sentence: string, where: string): BeckonError {
  return new BeckonError(designErrors.DESIGN_INVALID, sentence, { where });
}
