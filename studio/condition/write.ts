import { type Compared, type Condition, type Did, type Group, type Plain, isBare, isCalled } from './model.ts';

/** Wider conditions are broken before `and` and `or`, as the formatter of the language does. */
const width = 100;

/** The conditions as a rule of the language; nothing for none. Pure. */
export function ruleText(root: Group): string {
  const line = lineOf(root);
  return line.length > width ? partsOf(root).join(`\n${root.join} `) : line;
}

const partsOf = ({ items }: Group): string[] => items.map((item) => textOf(item, items.length > 1));
const lineOf = (group: Group): string => partsOf(group).join(` ${group.join} `);

/** @param among does it stand beside others? */
function textOf(condition: Condition, among: boolean): string {
  const not = condition.negated ? 'not ' : '';
  switch (condition.kind) {
    case 'group': {
      const inner = lineOf(condition);
      const isOne = condition.items.length < 2 && !inner.startsWith('not ');
      return isOne && !(among && joins(inner)) ? `${not}${inner}` : `${not}(${inner})`;
    }
    case 'did':
      return not + didText(condition);
    case 'compared':
      return not + comparedText(condition);
    case 'member':
      return `${not}inAudience(${quoted(condition.audience)})`;
    case 'written':
      return (among || condition.negated) && joins(condition.text) ? `${not}(${condition.text})` : not + condition.text;
  }
}

function didText({ ask, types, of, where, since, within, than }: Did): string {
  const [only] = types;
  const asked = types.length === 1 ? quoted(only!) : `[${types.map(quoted).join(', ')}]`;
  const condition = where === null ? '' : lineOf(where);
  const parts = [
    asked,
    ...(of === null ? [] : [`of: ${of}`]),
    ...(condition === '' ? [] : [`where: ${condition}`]),
    ...(since === null ? [] : [`since: ${since}`]),
    ...(within === null ? [] : [`within: ${quoted(within)}`]),
  ];
  return `${ask}(${parts.join(', ')})${than === null ? '' : ` ${than.by} ${than.value}`}`;
}

function comparedText({ path, of, test, values }: Compared): string {
  const plain = joins(path) || compares(path) ? `(${path})` : path;
  const term = of === null ? plain : `${of}(${path})`;
  const [first = '', second = ''] = values.map(plainText);
  if (isCalled(test)) return `${test}(${of === null ? path : term}, ${first})`;
  if (test === 'isEmpty' || test === 'isNotEmpty') return `${test}(${of === null ? path : term})`;
  if (isBare(test)) return test === 'true' ? term : `${term} ${test}`;
  if (test === 'between') return `${term} in ${first}..${second}`;
  return `${term} ${test} ${test.endsWith('in') ? `[${values.map(plainText).join(', ')}]` : first}`;
}

const plainText = (value: Plain): string => (typeof value === 'string' ? quoted(value) : String(value));

const escapes: Record<string, string> = { '\\': '\\\\', '"': '\\"', '\n': '\\n', '\t': '\\t', '\r': '\\r' };

/** A text as the language writes it. Pure. */
export function quoted(text: string): string {
  return `"${text.replaceAll(/[\\"\n\t\r]/g, (char) => escapes[char]!)}"`;
}

/** What stands outside of texts and brackets: only that can be torn apart by what comes beside it. */
function outside(text: string): string {
  let rest = text.replaceAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/gs, '~');
  for (let before = ''; before !== rest;) {
    before = rest;
    rest = rest.replaceAll(/\([^()]*\)|\[[^[\]]*\]|\{[^{}]*\}/g, '~');
  }
  return rest;
}

/** Does it hold together less than `and`, `or` and `not` do? */
const joins = (text: string): boolean => /(?:^|\s)(?:and|or|not)\s|&&|\|\||\?:|^\s*!/.test(outside(text));

/** Would a comparison beside it tear it apart? */
const compares = (text: string): boolean => /[<>=!]|\.\.|\s(?:in|is|has)\s/.test(outside(text));
