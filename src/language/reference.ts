import { nearest } from '../base/index.ts';
import type { Token } from './lex.ts';
import type { Parser } from './parse.ts';
import type { Expr } from './tree.ts';

/**
 * The references of Journey Optimizer's conditions (journeys.md §2.8) in our names: `@event{X.path}`,
 * `@action{Name.path}`, `#{Source.path}` and `${property}`. What has no place here is refused with what to use instead.
 */
const openings = new Map([
  ['@event', ['journey', 'events']],
  ['@action', ['journey', 'actions']],
  ['$', ['journey', 'technicalProperties']],
]);
const properties = ['supplementalId', 'journeyUID'];
/** How Journey Optimizer names the person's own data. */
const platform = 'ExperiencePlatform';

/** Does a reference begin here? */
export function isReference(token: Token, next: Token | undefined): boolean {
  if (next?.kind !== 'sign' || next.text !== '{' || next.space) return false;
  return token.kind === 'special' || token.text === '#' || token.text === '$';
}

/** Parses a reference into the path it stands for; `defaultValue:` becomes the fallback. */
export function parseReference(parser: Parser): Expr {
  const open = parser.take();
  const root = openings.get(open.text);
  if (root === undefined && open.text !== '#') throw parser.error(refusal(open.text), open.at);
  parser.needSign('{');
  const path = root === undefined ? source(parser, open) : inContext(parser, { open, root });
  return withDefault(parser, parser.postfix(path));
}

function refusal(word: string): string {
  if (word === '@datasetLookup') {
    return 'found @datasetLookup{…}, which is not part of this language; call an action and read @action{Name.path}';
  }
  const near = nearest(word, openings.keys());
  return `found ${word}{ where @event{…}, @action{…}, #{…} or \${…} was expected${near === undefined ? '' : `; did you mean ${near}?`}`;
}

function step(parser: Parser): Token {
  const { token } = parser;
  if (token.kind !== 'name' && token.kind !== 'quoted' && token.kind !== 'text') throw parser.unexpected('a name');
  return parser.take();
}

function nameOf(token: Token): string {
  return token.kind === 'text' ? String(token.value) : token.text;
}

function inContext(parser: Parser, { open, root }: { open: Token; root: string[] }): Expr {
  const first = step(parser);
  const name = nameOf(first);
  if (open.text === '$' && !properties.includes(name)) {
    throw parser.error(`found \${${name}} where \${supplementalId} or \${journeyUID} was expected`, first.at);
  }
  return { kind: 'name', at: open.at, name: 'context', segments: [...root, name] };
}

/** `#{ExperiencePlatform.Group.profile.path}` and `#{profile.path}` are the profile; nothing else is asked for data. */
function source(parser: Parser, open: Token): Expr {
  const first = step(parser);
  let name = nameOf(first);
  if (name === platform) {
    parser.needSign('.');
    step(parser);
    parser.needSign('.');
    name = nameOf(step(parser));
  }
  if (name === 'profile' || name === 'context') return { kind: 'name', at: open.at, name, segments: [] };
  const instead =
    name === 'experienceevent'
      ? 'ask with happened("event.type", …) what somebody did'
      : `call ${nameOf(first)} with an action and read @action{Name.path}`;
  throw parser.error(`found #{…${name}…}, a data source that is not part of this language; ${instead}`, first.at);
}

function withDefault(parser: Parser, path: Expr): Expr {
  let expr = path;
  while (parser.takeSign(',')) {
    const word = step(parser);
    parser.needSign(':');
    if (word.text !== 'defaultValue') {
      const hint = 'only defaultValue: may follow; parameters belong to an action';
      throw parser.error(`found ${word.text}: in a reference; ${hint}`, word.at);
    }
    expr = { kind: 'fallback', at: path.at, items: [expr, parser.expression()] };
  }
  parser.needSign('}');
  return expr;
}
