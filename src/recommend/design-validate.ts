import { BeckonError } from '../base/index.ts';
import { compileDesign, mostSlots, type Design, type DesignDefinition } from './design.ts';
import { designErrors } from './design-error.ts';
import { sampleAnswer, sampleItem, samples } from './design-sample.ts';
import { longestScript } from './velocity-parse.ts';

/** What is wrong with a design, as Adobe's API says it (recommendations DES-9), and where. */
export interface DesignProblem {
  key: string;
  keyArguments: string[];
  text: string;
  where: string | null;
}

export interface DesignCheck {
  entityCount: number;
  valid: boolean;
  errors: DesignProblem[];
  /** What works, and may not be meant. */
  warnings: string[];
}

const longestName = 250;

/**
 * Reads a design and makes it from samples: items with everything, items with hardly anything, and items whose texts are
 * full of quotes and tags; all slots filled and only one. It never throws.
 */
export function validateDesign(definition: DesignDefinition): DesignCheck {
  const check = { entityCount: 0, valid: false, errors: [] as DesignProblem[], warnings: [] as string[] };
  try {
    const design = assertDesign(definition);
    return { ...check, entityCount: design.slots, valid: true, warnings: warningsFor(design) };
  } catch (error) {
    if (!(error instanceof BeckonError)) throw error;
    return { ...check, errors: [problemOf(error)] };
  }
}

/**
 * The same for saving.
 *
 * @throws DESIGN_INVALID naming the sample that broke it, LANGUAGE_*
 */
export function assertDesign(definition: DesignDefinition): Design {
  const { name, script, slots, type, jsonAs } = definition;
  if (name.trim() === '' || name.length > longestName)
    throw invalid(`A name has 1 to ${longestName} characters`, 'name');
  if (script.length > longestScript)
    throw invalid(`The script has ${script.length} characters; ${longestScript} are allowed`, 'script');
  if (slots !== undefined && (!Number.isInteger(slots) || slots < 1 || slots > mostSlots)) {
    throw invalid(`${slots} items cannot be shown; 1 to ${mostSlots} can`, 'slots');
  }
  if (jsonAs !== undefined && type !== 'json') throw invalid('"jsonAs" is for designs of the type json', 'jsonAs');
  const design = compileDesign(definition);
  for (const sample of samples) for (const count of new Set([design.slots, 1])) tryOut(design, sample, count);
  return design;
}

function tryOut(design: Design, sample: (typeof samples)[number], count: number): void {
  try {
    design.render({
      answer: sampleAnswer(sample, count),
      item: sampleItem(sample),
      now: Date.UTC(2026, 0, 1),
      tokens: {},
    });
  } catch (error) {
    if (!(error instanceof BeckonError)) throw error;
    const about = {
      plain: 'ordinary items',
      odd: 'items whose texts hold quotes, tags and line breaks',
      bare: 'items with neither price, address nor picture',
    };
    const sentence = `Made from ${count === 1 ? 'one of the' : `the ${count}`} sample items "${sample}" (${about[sample]}): ${error.message}`;
    throw new BeckonError(designErrors.DESIGN_INVALID, sentence, { where: error.where ?? 'script', cause: error });
  }
}

function warningsFor({ definition, slots }: Design): string[] {
  const { language, type, script } = definition;
  const warnings: string[] = [];
  if (language === 'velocity' && type !== 'text' && /\.replace(?:All)?\(\s*['"]\\*(?:"|&|<|')/.test(script)) {
    warnings.push('Values are escaped already; a script that replaces quotes or tags itself shows the replacements');
  }
  if (slots === mostSlots && definition.slots === undefined) {
    warnings.push(
      `A loop over $entities has no end, so it asks for ${mostSlots} items; end it with #break, or set "slots"`,
    );
  }
  return warnings;
}

/** Keys as Adobe's clients know them, where they are known. */
function problemOf(error: BeckonError): DesignProblem {
  const { message } = error;
  const kind = /names no item|shows no item/.test(message)
    ? 'entitiesRequired'
    : /items at most|cannot be shown/.test(message)
      ? 'tooManyEntities'
      : /sample items/.test(message)
        ? 'output'
        : /characters/.test(message)
          ? 'length'
          : 'syntax';
  return { key: `error.template.validate.${kind}`, keyArguments: [], text: message, where: error.where ?? null };
}

function invalid(sentence: string, where: string): BeckonError {
  return new BeckonError(designErrors.DESIGN_INVALID, sentence, { where });
}
