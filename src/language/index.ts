/**
 * language — the one expression and template language of conditions, audiences, rules and mails.
 *
 * In:     source text, and plain data to look into
 * Out:    values, text; errors with line and column
 * Owns:   the grammar, the function table, the escaping table, the limits
 * Knows:  base
 * Never:  reads the clock, the disk or the network; walks a prototype; turns data into code
 * Start:  parse.ts, then compile.ts and render.ts; functions.ts is the table
 */
export type { EscapeMode } from './ground.ts';
export { compileExpression, compileTemplate } from './render.ts';
export type { Expression, Fragment, Template, TemplateOptions } from './render.ts';
export type { Limits, RenderOptions, Scope } from './run.ts';
export { checkExpression, checkTemplate } from './check-template.ts';
export type { TemplateCheck } from './check-template.ts';
export { completionsAt, hoverAt } from './complete.ts';
export type { Completion, Completions, EditorContext, Hover } from './complete.ts';
export { formatExpression, formatTemplate } from './format.ts';
export type { Problem } from './problem.ts';
export { outlineExpression } from './outline.ts';
export type { Outline } from './outline.ts';
export { SeenFields } from './leaf.ts';
export type { SeenField } from './leaf.ts';
export { typeOfJsonSchema, typeOfSample } from './schema.ts';
export { any as anyType, describeType, listOf, mapOf, openSchema, parseType } from './type.ts';
export type { Field, MapType, Schema, Type } from './type.ts';
export { planFilter } from './filter.ts';
export type { Filter, FilterAtom, FilterNode, SettledAtom } from './filter.ts';
export { planRule } from './rule.ts';
export type { Rule, RuleState } from './rule.ts';
export type { RuleSql, RuleTables, TypedSql } from './rule-sql.ts';
export { truthy } from './value.ts';
export { historyOf } from './history.ts';
export type { History, HistoryEvent } from './history.ts';
