import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BeckonError } from '../base/index.ts';
import type { Item } from '../catalog/index.ts';
import type { RecommendationAnswer } from './answer.ts';
import { compileDesign, type DesignDefinition, type Rendered } from './design.ts';
import { sampleAnswer, sampleItem } from './design-sample.ts';
import { validateDesign } from './design-validate.ts';

const coat: Partial<Item> = {
  name: 'Coat "Nord" </script>',
  priceMinor: 3500,
  currency: 'EUR',
  url: 'https://shop.example/p/coat?a=1&b=2',
  categories: ['coats', 'winter'],
  attributes: { colours: ['red', 'blue'], 'odd-name': 'x', fit: 'slim', reduced: 'true' },
};

function define(over: Partial<DesignDefinition> & { script: string }): DesignDefinition {
  return { key: 'd', name: 'Design', type: 'text', language: 'velocity', ...over };
}

/** An answer with `count` coats, c-1 … */
function coats(count: number, over: Partial<Item> = {}) {
  const answer: RecommendationAnswer = sampleAnswer('plain', count);
  answer.items = answer.items.map((item, i) => ({ ...item, id: `c-${i + 1}`, url: coat.url! }));
  answer.key = ['k-1'];
  const item = (id: string) => ({ ...sampleItem('plain')(id)!, ...coat, ...over, id });
  return { answer, item, now: 0 };
}

function made(script: string, over: Partial<DesignDefinition> = {}, count = 3): Rendered['content'] {
  return compileDesign(define({ script, ...over })).render({
    ...coats(count),
    days: 14,
    tokens: { 'user.tier': 'gold "1"', 'campaign.name': 'Spring' },
  }).content;
}

describe('Velocity designs (DES-1…5)', () => {
  it.each([
    [
      'entities by number, in the formal form, and with a dollar sign (DES-2)',
      '$entity1.id ${entity2.id}.gif $$entity1.value',
      'c-1 c-2.gif $35',
    ],
    [
      'a loop with a count and an end (DES-4)',
      '#foreach($e in $entities)#if($foreach.count > 2)#break#end$foreach.count:$e.id;#end',
      '1:c-1;2:c-2;',
    ],
    ['size, index and get of $entities', '$entities.size() $entities[1].id $entities.get(2).id', '3 c-2 c-3'],
    [
      'the key, the criterion, the algorithm',
      '$entity1.id $key.id $criteria.title $algorithm.name $algorithm.dayCount',
      'c-1 k-1 Goes with it sample 14',
    ],
    ['awkward names by get', '$entity1.get(\'odd-name\') $entity1.get("fit")', 'x slim'],
    [
      'values are strings without trailing zeros (DES-3)',
      '$entity1.value $entity1.value.replace("3", "4").length()',
      '35 2',
    ],
    [
      'mathematics through parseDouble (DES-3)',
      '#set($d = 0.1)#set($p = $d.parseDouble($entity1.value) * 0.8)$p',
      '28.0',
    ],
    [
      'lists print with commas, categories are iterable (DES-3)',
      '$entity1.colours|#foreach($c in $entity1.categoriesList)$c;#end',
      'red, blue|coats;winter;',
    ],
    [
      'what is not there is the empty text, slots that are empty too',
      '[$entity1.nothing][$entity9.name][$!entity9.id]#if($entity9)no#else-#end',
      '[][][]-',
    ],
    [
      'if, elseif, else, comments (DES-4)',
      '#* a *##set($n = 7)#if($n % 2 == 0)even#elseif($n / 2 <= 3 && $n != 8)odd#{else}never#end ## b\n$entity1.id',
      'odd c-1',
    ],
    [
      'tokens are put in after (DES-5)',
      '$entity1.id \\${user.tier} \\${campaign.name} \\${offer.id}',
      'c-1 gold "1" Spring ',
    ],
    [
      'what is no reference stays',
      '$entity1.id costs $5.00, $.ajax() #fff #footer $unknown',
      'c-1 costs $5.00, $.ajax() #fff #footer $unknown',
    ],
    [
      'a truth that came as text, a number where it is to be read, and another else (DES-4)',
      '#if($entity1.reduced==true) now $entity1.value.replace(".", ",") € #else \n full #end',
      ' now 35 € ',
    ],
    [
      'a count of its own that opens a new row, up to what is there (DES-4)',
      '#set($n=1)#foreach($e in $entities)#if($e.id != "" && $n < $entities.size() && $n <=8)#if($n==2)|#end$e.id;#set($n = $n + 1)#end#end',
      'c-1;|c-2;',
    ],
    [
      'categories by their number, as far as there are any (DES-2)',
      '#if ($entities[0].categoriesList.size() >= 2 )$entities[0].categoriesList[1]#end',
      'winter',
    ],
    ['texts between quotes', '#set($a = "<$entity1.id>")#set($b = \'$entity1.id\')$a$b', '<c-1>$entity1.id'],
    [
      'lists, ranges and maps',
      '#foreach($i in [0..1])$entities.get($i).id #end#set($m = {"a": [1, "b"]})$m.a.get(1)',
      'c-1 c-2 b',
    ],
  ])('%s', (_what, script, text) => expect(made(script)).toBe(text));

  it.each([
    ['$entity3.id $entity1.id', 3],
    ['#if($entity1.id == "x")$entity12.id#end', 12],
    ['#foreach($e in $entities)#if($foreach.count > 6)#break#end<$e.id>#end', 6],
    ['#foreach($e in $entities)$e.id#if($foreach.count == 5)#break#end#end', 5],
    ['#foreach($i in [0..3])$entities.get($i).id#end', 4],
    ['$entities.get(7).name', 8],
    ['#foreach($e in $entities)$e.id#end', 99],
  ])('the slots of %s are %i (DES-1)', (script, slots) => {
    expect(compileDesign(define({ script })).slots).toBe(slots);
  });

  it('slots that are stated count instead', () => {
    expect(compileDesign(define({ script: '#foreach($e in $entities)$e.id#end', slots: 6 })).slots).toBe(6);
  });
});

describe('JSON designs (DES-6, DES-7, §4.3)', () => {
  const flat =
    '{"slots": {"one": "$entity1.name", "nine": "$entity9.name"}, "price": $entity1.value, "stock": $entity9.value}';

  it('is served as an object, with every value escaped', () => {
    expect(made(flat, { type: 'json' })).toEqual({ slots: { one: coat.name, nine: '' }, price: 35, stock: null });
  });

  it('is served as Adobe’s string where the design says so', () => {
    const content = made(flat, { type: 'json', jsonAs: 'text' }) as string;
    expect(JSON.parse(content)).toMatchObject({ price: 35 });
  });

  it('commas that the script sets itself are not values', () => {
    const script = '#set($s = "")[#foreach($e in $entities)$s{"id": "$e.id"}#set($s = ",")#end]';
    expect(made(script, { type: 'json', slots: 3 })).toEqual([{ id: 'c-1' }, { id: 'c-2' }, { id: 'c-3' }]);
  });

  it('in Beckon’s language', () => {
    const script =
      '[{{#each items as |item|}}{"id": "{{item.id}}", "name": "{{item.name}}"}{{#unless @last}},{{/unless}}{{/each}}]';
    expect(made(script, { type: 'json', language: 'beckon' }, 2)).toMatchObject([
      { id: 'c-1' },
      { id: 'c-2', name: 'Item plain-2' },
    ]);
  });

  it.each([
    ['an unclosed brace', '{"a": "$entity1.id"', /sample items "plain".*not JSON/],
    [
      'a comma too many when only one slot is filled',
      '[#foreach($e in $entities)#if($foreach.count > 2)#break#end"$e.id"#if($foreach.count < 2),#end#end]',
      /one of the sample items/,
    ],
  ])('%s is refused at save, with the sample that broke it', (_what, script, why) => {
    const check = validateDesign(define({ script, type: 'json' }));
    expect([check.valid, check.errors[0]!.key]).toEqual([false, 'error.template.validate.output']);
    expect(check.errors[0]!.text).toMatch(why);
  });

  it('no item, whatever its texts, changes the form of a JSON design (property)', () => {
    const text = fc.string({ unit: 'binary', maxLength: 30 });
    const design = compileDesign(
      define({
        script: '#set($n = $entity1.name){"a": "$entity1.name|$n", "b": [$entity1.brand, $n], "$entity1.brand": 1}',
        type: 'json',
      }),
    );
    fc.assert(
      fc.property(text, text, (name, brand) => {
        const { content } = design.render(coats(1, { name, attributes: { brand } }));
        expect(content).toMatchObject({ a: `${name}|${name}`, b: { length: 2 } });
        expect(Object.keys(content as object).length).toBeLessThanOrEqual(3);
      }),
    );
  });
});

describe('HTML designs (DES-6)', () => {
  const html = (script: string, over: Partial<Item> = {}) =>
    compileDesign(define({ script, type: 'html' })).render(coats(2, over)).content as string;

  it('are wrapped for clicks: recommendation, item and place', () => {
    const content = html('<a href="$entity1.pageUrl">$entity1.name</a>');
    expect(content).toMatch(
      /^<div class="at-track-click" data-beckon-recommendation="sample" data-beckon-criterion="sample">/,
    );
    expect(content).toContain('data-beckon-item="c-');
    expect(content).toMatch(/data-aep-click-label="c-\d" href="https:\/\/shop\.example\/p\/coat\?a=1&amp;b=2"/);
  });

  it.each([
    ['text', '<b>$entity1.x</b>', '</b><img src=x onerror=alert(1)>', '&lt;/b&gt;&lt;img src=x onerror=alert(1)&gt;'],
    ['an attribute', '<b title="$entity1.x">', '" onclick="alert(1)', 'title="&quot; onclick=&quot;alert(1)"'],
    ['an attribute without quotes', '<b title=$entity1.x>', 'a onclick=alert(1)', 'title=a&#32;onclick&#61;alert(1)>'],
    ['an address', '<a href="$entity1.x">', 'javascript:alert(1)', 'href="#"'],
    ['an address with a gap', '<a href="$entity1.x">', 'java\nscript:alert(1)', 'href="#"'],
    ['a query', '<a href="/s?q=$entity1.x">', 'a&b=c"', 'q=a%26b%3Dc%22"'],
    [
      'a script',
      '<script>var n = "$entity1.x";</script>',
      '";alert(1)//</script>',
      '\\u0022\\u003balert\\u00281\\u0029',
    ],
    ['a handler', '<b onclick="f(\'$entity1.x\')">', "');alert(1)//", '\\u0027\\u0029\\u003balert'],
    ['a style', '<b style="background:url(\'$entity1.x\')">', "');x:expression(alert(1))", "url('x:expressionalert1')"],
    ['a document in an attribute', '<iframe srcdoc="$entity1.x">', '<script>', 'srcdoc="&amp;lt;script&amp;gt;"'],
    ['a comment', '<!-- $entity1.x -->', '--><script>', '<!-- script -->'],
    ['the name of an attribute', '<b $entity1.x="1">', 'onclick', '<b ="1">'],
  ])('escapes for %s', (_place, script, value, expected) => {
    expect(html(`${script}`, { attributes: { x: value } })).toContain(expected);
  });

  it('two values cannot make up a scheme between them', () => {
    const script = '<a href="$entity1.x$entity1.y">';
    expect(html(script, { attributes: { x: 'javascript', y: ':alert(1)' } })).not.toContain('javascript:');
  });

  it('in Beckon’s language, with its own escaping', () => {
    const script = '<ul>{{#each items as |item|}}<li>{{item.name}} {{item.attributes.fit}}</li>{{/each}}</ul>';
    const { content, type } = compileDesign(define({ script, type: 'html', language: 'beckon', slots: 2 })).render(
      coats(2),
    );
    expect([type, content]).toEqual(['html', expect.stringContaining('<li>Item plain-1 slim</li>')]);
  });

  it('no value leaves its place (property)', () => {
    const design = compileDesign(
      define({ script: '<p title="$entity1.x" data-a=$entity1.x>$entity1.x<i>', type: 'html' }),
    );
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', ' ', '=', '`', '/', 'a', '\n', '!', '-') }),
        (x) => {
          const content = design.render(coats(1, { attributes: { x } })).content as string;
          expect(content.match(/</g)).toHaveLength(4);
          expect(content.match(/"/g)).toHaveLength(8);
        },
      ),
    );
  });
});

describe('hostile designs', () => {
  const refused = (script: string): string => {
    try {
      compileDesign(define({ script: `$entity1.id ${script}` })).render(coats(2));
      return '';
    } catch (error) {
      if (!(error instanceof BeckonError)) throw error;
      return `${error.code} ${error.message} at ${error.where}`;
    }
  };

  it.each([
    [
      'reflection by getClass()',
      '$entity1.getClass().forName("java.lang.Runtime")',
      /DESIGN_INVALID There is no method \.getClass\(\).*line 1, column 21/,
    ],
    [
      'a method of another language',
      '$entity1.name.constructor("return process")()',
      /There is no method \.constructor/,
    ],
    ['another file', '#include("/etc/passwd")', /#include is not read here/],
    ['code from text', '#evaluate("$entity1.name")', /#evaluate is not read here/],
    [
      'a loop in a loop in a loop',
      '#foreach($a in [1..999])#foreach($b in [1..999])#foreach($c in [1..999])#end#end#end',
      /more steps/,
    ],
    ['a range without end', '#foreach($a in [1..999999999])x#end', /more than 1000 numbers/],
    [
      'a text that doubles itself',
      '#set($s = "0123456789")#foreach($i in [1..99])#set($s = "$s$s")#end',
      /grows over 400000/,
    ],
    [
      'a replacement that makes a text large',
      '#set($s = "aaaaaaaaaaaaaaaa")#foreach($i in [1..20])#set($s = $s.replace("a", "aaaaaaaaaaaaaaaa"))#end',
      /grows over|more steps/,
    ],
    [
      'a long list',
      '#set($l = [])#foreach($a in [1..999])#foreach($b in [1..999])#set($x = $l.add($b))#end#end',
      /grows over|more steps/,
    ],
    ['giant output', '#foreach($a in [1..999])#foreach($b in [1..99])0123456789#end#end', /grows over|more steps/],
    ['blocks in blocks', '#if($entity1)'.repeat(4000), /More than 40 blocks/],
    ['brackets in brackets', `#set($a = ${'('.repeat(60_000)})`, /More than 40 brackets/],
    ['a long sum', `#set($a = 1${' + 1'.repeat(10_000)})`, /More than 200 operators/],
    ['more than a script may have', 'x'.repeat(70_000), /70012 characters/],
    ['more entities than a design shows', '$entity100.id', /\$entity100/],
  ])('%s is refused', (_what, script, why) => expect(refused(script)).toMatch(why));

  it('nothing behind the values can be reached: __proto__, constructor, prototype, class', () => {
    const paths = ['constructor', 'prototype', 'class', 'toString', 'fields', 'size.constructor'];
    const script = paths
      .map(
        (name) =>
          `[$entity1.${name}|$entities.${name}|$entity1.name.${name}|$entity1["${name}"]|$entity1.get("${name}")]`,
      )
      .join('');
    expect(made('[$entity1["__proto__"]$entity1.get("__proto__")$entities["__proto__"]]')).toBe('[]');
    expect((made(script) as string).replace(/[[\]|]/g, '')).toBe('');
  });

  it('what took data into a list is not the script’s own any more', () => {
    const script = '#set($l = [])#set($x = $l.add($entity1.name))$l.get(0)';
    const { content } = compileDesign(define({ script, type: 'html' })).render(coats(1, { name: '<script>' }));
    expect(content).toContain('&lt;script&gt;');
  });

  it('patterns run in linear time', () => {
    const script = '$entity1.name.replaceAll("(a*)*b", "x").length()';
    const { content } = compileDesign(define({ script })).render(coats(1, { name: 'a'.repeat(5000) }));
    expect(content).toBe('5000');
  });

  it.each([
    ['counted repetitions in one another', '$entity1.name.replaceAll("((a{90}){90}){90}", "x").length()', '5000'],
    ['what is no pattern', '$entity1.name.replaceAll("(", "x").length() $entity1.name.matches("[")', '5000 false'],
  ])('%s change nothing', (_what, script, text) => {
    const { content } = compileDesign(define({ script })).render(coats(1, { name: 'a'.repeat(5000) }));
    expect(content).toBe(text);
  });

  it('a pattern that looks through the whole rest at each match ends in time', () => {
    const design = compileDesign(define({ script: '$entity1.name.replaceAll("a(?:.*b)?", "x")' }));
    expect(() => design.render(coats(1, { name: 'a'.repeat(20_000) }))).toThrow(/more steps|longer than/);
  });

  it('patterns replace, split and match', () => {
    const script =
      '$entity1.name.replaceAll("[aeiou]+", "_") $entity1.name.replaceFirst("[a-z]", "*") $entity1.name.split("\\s+").get(1) $entity1.name.matches("Red.*")';
    const { content } = compileDesign(define({ script })).render(coats(1, { name: 'Red  coat' }));
    expect(content).toBe('R_d  c_t R*d  coat coat true');
  });

  it('any text is read or refused, and quickly (seeded)', () => {
    const bits = [
      '#if(',
      '#foreach($e in $entities)',
      '#end',
      '#set($a = ',
      ')',
      '"',
      "'",
      '$entity1',
      '.name',
      '.get(',
      '[',
      ']',
      '${',
      '}',
      '\\',
      '#*',
      '*#',
      '#[[',
      '||',
      ' 1',
      '..',
      '{',
      ',',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...bits), { maxLength: 60 }), (parts) => {
        const check = validateDesign(define({ script: parts.join('') }));
        expect(typeof check.valid).toBe('boolean');
      }),
      { seed: 5, numRuns: 300 },
    );
  });
});

describe('validateDesign() (DES-9)', () => {
  it('tells the slots of a good design', () => {
    expect(validateDesign(define({ script: '$entity4.id' }))).toEqual({
      entityCount: 4,
      valid: true,
      errors: [],
      warnings: [],
    });
  });

  it('wants an entity in it', () => {
    const [error] = validateDesign(define({ script: 'hello' })).errors;
    expect(error).toMatchObject({ key: 'error.template.validate.entitiesRequired', keyArguments: [] });
  });

  it('tells the line and column of a fault', () => {
    const [error] = validateDesign(define({ script: '$entity1.id\n#if($entity1.id' })).errors;
    expect(error).toMatchObject({ key: 'error.template.validate.syntax', where: 'line 2, column 16' });
  });

  it('warns of escaping twice, and of a loop without an end', () => {
    const script = "#foreach($e in $entities)$e.name.replace('\"', '')#end";
    expect(validateDesign(define({ script, type: 'html' })).warnings).toHaveLength(2);
  });

  it('a value that items may lack needs a fallback in Beckon’s language', () => {
    const script = '{{#each items as |item|}}<img src="{{item.imageUrl}}">{{/each}}';
    const [error] = validateDesign(define({ script, type: 'html', language: 'beckon' })).errors;
    expect(error!.text).toMatch(/sample items "bare".*no value/);
  });
});
