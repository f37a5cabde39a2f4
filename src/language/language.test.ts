import { describe, expect, test } from 'vitest';
import { BeckonError } from '../base/index.ts';
import { compileExpression, compileTemplate } from './index.ts';
import type { EscapeMode, Scope, TemplateOptions } from './index.ts';

const now = Date.UTC(2026, 10, 23, 10);

export function value(source: string, scope: Scope = {}): unknown {
  return compileExpression(source).evaluate(scope, { now });
}

export function rendered(source: string, scope: Scope = {}, options: Partial<TemplateOptions> = {}): string {
  return compileTemplate(source, { mode: 'html', ...options }).render(scope, { now });
}

function fault(work: () => unknown): BeckonError {
  try {
    work();
  } catch (error) {
    if (error instanceof BeckonError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('expressions', () => {
  test.each<[string, unknown]>([
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['7 % 4 - 1', 2],
    ['-2 + 3', 1],
    ['6 / 4', 1.5],
    ['6 / 0', 0],
    ['56L', 56],
    ['\'a\' + "b" + 1', 'ab1'],
    ['1 = 1 and 2 == 2 && 1 != 2', true],
    ['false or true || false', true],
    ['not 1 = 2', true],
    ['!true', false],
    ['not not true', true],
    ['1 < 2 and 2 <= 2 and 3 > 2 and 3 >= 3', true],
    ['"b" > "a"', true],
    ['"5" = 5', false],
    ['"5" < 6', false],
    ['2 in [1, 2]', true],
    ['in(2, [1, 2])', true],
    ['[1, [2]] = [1, [2]]', true],
    ['a.b', 2],
    ['a["b"]', 2],
    ['list[0]', 'x'],
    ['list[1 - 1]', 'x'],
    ['list[9]', null],
    ['list.count()', 1],
    ['distinct([1, 1]).count() > 1', false],
    ['a.`order-total`', 9],
    ['`odd name`', 4],
    ['null ?: "" ?: [] ?: "last"', 'last'],
    ['0 ?: 1', 0],
    ['undefined', null],
    ['"\\\\ \\" \\n"', '\\ " \n'],
    ['größe', 40],
  ])('%s is %j', (source, expected) => {
    const scope = { a: { b: 2, 'order-total': 9 }, list: ['x'], 'odd name': 4, größe: 40 };
    expect(value(source, scope)).toEqual(expected);
  });

  test('what is missing is null: equal to null only, and never before or after anything', () => {
    expect(value('a.b.c')).toBeNull();
    expect(value('a = null')).toBe(true);
    expect(value('a = 0 or a = "" or a = false')).toBe(false);
    expect(value('a < 1 or a > 1 or a <= null or a >= null')).toBe(false);
    expect(value('a + 1')).toBeNull();
  });

  test('paths says what is read', () => {
    const { paths } = compileExpression('profile.cart.lines[0].item = event.item and count(profile.viewed) > x');
    expect(paths).toEqual(['event.item', 'profile.cart.lines.item', 'profile.viewed', 'x']);
  });
});

describe('errors say where, what was found and what was expected', () => {
  test.each<[string, string, string]>([
    [
      'upperCas("a")',
      'LANGUAGE_FUNCTION_UNKNOWN',
      'At line 1, column 1: there is no function upperCas; did you mean upperCase?',
    ],
    [
      '1 +\n  head()',
      'LANGUAGE_ARGUMENTS',
      'At line 2, column 3: head was given 0 arguments where 1 was expected: head(list)',
    ],
    ['a.b =', 'LANGUAGE_SYNTAX', 'At line 1, column 6: found the end where a value, a name or a function was expected'],
    ['a b', 'LANGUAGE_SYNTAX', 'At line 1, column 3: found b where an operator, or brackets as in a(…), was expected'],
    ['a = b = c', 'LANGUAGE_SYNTAX', 'At line 1, column 7: comparisons cannot be chained; join them with and'],
    ['"abc', 'LANGUAGE_SYNTAX', 'At line 1, column 1: the text that begins with " has no closing "'],
    ['"\\d"', 'LANGUAGE_SYNTAX', 'At line 1, column 2: found \\d in a text; write \\\\ for a backslash'],
    ['head([1], where: 1)', 'LANGUAGE_ARGUMENTS', 'At line 1, column 11: head takes no named argument where:'],
    ['f(a: 1, a: 2)', 'LANGUAGE_SYNTAX', 'At line 1, column 9: a: is given twice'],
    [
      'f(a: 1, 2)',
      'LANGUAGE_SYNTAX',
      'At line 1, column 9: found 2 where a named argument, such as a: …, was expected',
    ],
    ['[a: 1]', 'LANGUAGE_SYNTAX', 'At line 1, column 3: found : where , or ] was expected'],
    ['a &gt; 1', 'LANGUAGE_SYNTAX', 'At line 1, column 3: found &gt;; write > itself'],
    [
      'order-total',
      'LANGUAGE_SYNTAX',
      'At line 1, column 1: found order-total; write `order-total` in back-ticks for the name, or order - total to subtract',
    ],
    ['', 'LANGUAGE_SYNTAX', 'At line 1, column 1: found the end where a value, a name or a function was expected'],
  ])('%j', (source, code, message) => {
    const error = fault(() => compileExpression(source));
    expect([error.code, error.message]).toEqual([code, message]);
    expect(error.where).toMatch(/^line \d+, column \d+$/);
  });
});

/** journeys.md §2.6. */
const example = `{% let shown = 0 %}
<h2>{%= profile.person.name.firstName ?: "Hello" %}, still thinking about it?</h2>
{{#each context.journey.events.cartLeft.productListItems as |line|}}
  <p>{{line.name}} x {{line.quantity}}</p>
{{/each}}

{%#if context.journey.actions.BringBackRecs.jo_status_code = "http_200"%}
<table>
{{#each context.journey.actions.BringBackRecs.items as |it|}}
  {%#if it.stock > 0%}
  {% let shown = shown + 1 %}
  <tr><td><a data-label="rec-{{@index}}" href="{{{it.link}}}?sku={{it.sku}}">
        <img src="{{{it.img}}}" alt="{{it.title}}" width="180"></a></td>
      <td>{{it.title}}<br>{%= formatCurrency(it.priceCents / 100, "de_DE") %}</td></tr>
  {%/if%}
{{else}}
  <tr><td>No suggestion came back today.</td></tr>
{{/each}}
</table>
{%#if shown = 0%}<p>Our favourites this week: https://shop.example/top</p>{%/if%}
{%else%}
<p>See what others look at: https://shop.example/top</p>
{%/if%}
`;

describe('the mail of journeys.md §2.6', () => {
  const lamp = {
    sku: 'A-17',
    title: 'Trail lamp',
    priceCents: 3490,
    currency: 'EUR',
    img: 'https://cdn.shop.example/a17.jpg',
    link: 'https://shop.example/p/a-17',
    stock: 4,
  };
  const scope = (action: unknown, firstName?: string) => ({
    profile: { person: { name: { firstName } } },
    context: {
      journey: {
        events: { cartLeft: { productListItems: [{ name: 'Coat', quantity: 2 }] } },
        actions: { BringBackRecs: action },
      },
    },
  });

  test('shows the items of the action', () => {
    const html = rendered(example, scope({ jo_status_code: 'http_200', items: [lamp, { ...lamp, stock: 0 }] }, 'Ada'));
    expect(html).toBe(`<h2>Ada, still thinking about it?</h2>
  <p>Coat x 2</p>

<table>
  <tr><td><a data-label="rec-0" href="https://shop.example/p/a-17?sku=A-17">
        <img src="https://cdn.shop.example/a17.jpg" alt="Trail lamp" width="180"></a></td>
      <td>Trail lamp<br>34,90\u00a0€</td></tr>
</table>

`);
  });

  test('speaks of favourites when nothing is in stock, and of nothing when the call failed', () => {
    const soldOut = rendered(example, scope({ jo_status_code: 'http_200', items: [{ ...lamp, stock: 0 }] }));
    expect(soldOut).toContain('Hello, still');
    expect(soldOut).toContain('Our favourites this week');
    expect(rendered(example, scope({ jo_status_code: 'http_200', items: [] }))).toContain('No suggestion came back');
    expect(rendered(example, scope({ jo_status_code: 'timeout' }))).toContain('See what others look at');
  });
});

describe('templates', () => {
  const modes: EscapeMode[] = ['html', 'header', 'text'];
  test.each(modes)('nothing is never printed in %s', (mode) => {
    const error = fault(() => rendered('Hi\u00a0{{profile.firstName}}', {}, { mode }));
    expect(error.code).toBe('RENDER_VALUE_MISSING');
    expect(error.message).toBe('At line 1, column 4: {{profile.firstName}} has no value');
    expect(rendered('Hi {%= profile.firstName ?: "" %}', {}, { mode })).toBe('Hi ');
  });
});
