import type { TSchema } from 'typebox';
import { BeckonError } from '../base/index.ts';
import {
  anyType,
  checkExpression,
  checkTemplate,
  completionsAt,
  formatExpression,
  formatTemplate,
  hoverAt,
  mapOf,
  outlineExpression,
  planRule,
  typeOfJsonSchema,
  typeOfSample,
} from '../language/index.ts';
import type { EscapeMode, Problem, Schema } from '../language/index.ts';
import { profileSchema } from '../profile/index.ts';
import {
  LanguageCheck,
  LanguageFormat,
  LanguageFormatted,
  LanguageHelp,
  LanguageOutline,
  LanguageOutlineRequest,
  LanguagePlace,
  LanguageReport,
} from './contract-language.ts';
import type { Door } from './door.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;

/** Doors for editors: what is wrong with a text of the language, how it is written well, what may follow. */
export function languageDoors(make: Make): void {
  make({
    method: 'POST',
    path: '/language/check',
    scope: 'read',
    summary: 'What is wrong with an expression, a rule or a template: by line and column, with the mend.',
    body: LanguageCheck,
    answer: LanguageReport,
    work: async ({ body }) => ({ problems: problemsOf(body) }),
  });
  make({
    method: 'POST',
    path: '/language/format',
    scope: 'read',
    summary: 'The same text, written as the formatter writes it.',
    body: LanguageFormat,
    answer: LanguageFormatted,
    work: async ({ body }) => ({
      source: isExpression(body.mode) ? formatExpression(body.source) : formatTemplate(body.source),
    }),
  });
  make({
    method: 'POST',
    path: '/language/outline',
    scope: 'read',
    summary: 'An expression as a tree, each part with its text: what forms are made from.',
    body: LanguageOutlineRequest,
    answer: LanguageOutline,
    work: async ({ body: { source } }) => outlineExpression(source),
  });
  make({
    method: 'POST',
    path: '/language/complete',
    scope: 'read',
    summary: 'What may be written at a place of a text, and what is known of the word there.',
    body: LanguagePlace,
    answer: LanguageHelp,
    work: async ({ body }) => {
      const { source, offset, mode, fragments = {} } = body;
      const context = {
        schema: schemaOf(body),
        mode: isExpression(mode) ? ('expression' as const) : ('template' as const),
        fragments,
      };
      return { ...completionsAt(source, offset, context), hover: hoverAt(source, offset, context) };
    },
  });
}

function isExpression(mode: string): boolean {
  return mode === 'expression' || mode === 'rule';
}

/** The data that a source sees: as given, otherwise the profile and anything beside it. */
function schemaOf({ schema, sample }: Pick<LanguageCheck, 'schema' | 'sample'>): Schema {
  const given = schema === undefined ? (sample === undefined ? null : typeOfSample(sample)) : typeOfJsonSchema(schema);
  if (given?.kind === 'map') return given;
  return mapOf({ profile: profileSchema }, anyType);
}

function problemsOf(body: LanguageCheck): Problem[] {
  const { source, mode, fragments = {} } = body;
  const schema = schemaOf(body);
  if (!isExpression(mode)) return checkTemplate(source, { mode: mode as EscapeMode, fragments, schema });
  const found = checkExpression(source, schema);
  const wrong = found.some(({ severity }) => severity === 'error');
  return mode === 'rule' && !wrong ? [...found, ...ruleProblems(source)] : found;
}

/** A right expression may still ask what an audience cannot keep fresh. */
function ruleProblems(source: string): Problem[] {
  try {
    planRule(source);
    return [];
  } catch (error) {
    if (!(error instanceof BeckonError)) throw error;
    const [, line = '1', column = '1'] = /line (\d+), column (\d+)/.exec(error.where ?? '') ?? [];
    const { code, message, mend } = error;
    return [
      {
        severity: 'error',
        code,
        line: Number(line),
        column: Number(column),
        source: '',
        found: source.length > 60 ? `${source.slice(0, 60)}…` : source,
        expected: 'a rule that can be kept fresh',
        near: null,
        message,
        mend,
      },
    ];
  }
}
