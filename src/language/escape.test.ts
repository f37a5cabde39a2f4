import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BeckonError } from '../base/index.ts';
import { compileTemplate } from './index.ts';

const now = Date.UTC(2026, 10, 23, 10);

function rendered(source: string, x: unknown): string {
  return compileTemplate(source, { mode: 'html' }).render({ x }, { now });
}

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof BeckonError) return error.code;
    throw error;
  }
  return 'none';
}

test('three braces print HTML as it is between tags, and nowhere else', () => {
  expect(rendered('{{{x}}}', '<b>&amp;</b>')).toBe('<b>&amp;</b>');
  expect(rendered('<a title="{{{x}}}">', '"><script>')).toBe('<a title="&quot;&gt;&lt;script&gt;">');
});

describe('addresses', () => {
  test.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' \t\n javascript:alert(1)',
    'java\nscript:alert(1)',
    'java\tscript:alert(1)',
    '\u0001javascript:alert(1)',
    'vbscript:x',
    'data:text/html,x',
    'file:///etc/passwd',
    'cid:1',
    'blob:https://x',
  ])('%j is refused wherever an address stands', (address) => {
    for (const source of [
      '<a href="{{x}}">',
      "<a href='{{{x}}}'>",
      '<img src="{{x}}">',
      '<a HREF = "{{x}}">',
      '<img srcset="/a.png 1x, {{x}} 2x">',
      '<td background="{{x}}">',
      '<form action="{{x}}">',
      '<td style="background: url({{x}})">',
      '<td style="background: url(\'{{x}}\')">',
    ]) {
      expect([source, codeOf(() => rendered(source, address))]).toEqual([source, 'RENDER_ADDRESS']);
    }
  });

  test('a scheme put together from pieces is refused too', () => {
    const source = '<a href="{%#if x%}java{%/if%}{{x}}{{":alert(1)"}}">';
    expect(codeOf(() => rendered(source, 'script'))).toBe('RENDER_ADDRESS');
    expect(codeOf(() => rendered('<a href="java{{x}}">', 'script:alert(1)'))).toBe('RENDER_ADDRESS');
    expect(codeOf(() => rendered('<a href="java&#115;cript&colon;{{x}}">', 'alert(1)'))).toBe('RENDER_ADDRESS');
    expect(codeOf(() => rendered('<a href="{{x}}">', 'javascript&colon;alert(1)'))).toBe('none');
    expect(rendered('<a href="{{x}}">', 'javascript&colon;alert(1)')).toContain('&amp;colon;');
  });

  test.each([
    'https://shop.example/a?b=1',
    'HTTP://x',
    'mailto:a@b.example',
    'tel:+4612',
    '/p/1',
    '#top',
    '?a=b:c',
    'p/1',
  ])('%s is let through', (address) => expect(rendered('<a href="{{x}}">', address)).toBe(`<a href="${address}">`));

  test('what is percent-encoded already stays, a lone percent sign does not', () => {
    expect(rendered('<a href="{{x}}">', '/a%20b%2')).toBe('<a href="/a%20b%252">');
  });
});

describe('places where nothing can be printed', () => {
  test.each([
    '<img width={{x}}>',
    '<img width=a{{x}}>',
    '<{{x}}>',
    '</{{x}}>',
    '<a{{x}}>',
    '<a {{x}}>',
    '<a {{x}}="b">',
    '<a b{{x}}="c">',
    '<a b {{x}}>',
    '<a b= {{x}}>',
    '<p onclick="{{x}}">',
    '<p ONCLICK="{{x}}">',
    '<iframe srcdoc="{{x}}"></iframe>',
    '<meta http-equiv="refresh" content="0;url={{x}}">',
    '<script>{{x}}</script>',
    '<SCRIPT type="a">{{x}}</script>',
    '<script>"</scripty>"{{x}}</script>',
    '<style>a{color:{{x}}}</style>',
    '<!-- {{x}} -->',
    '<!-- a > {{x}} -->',
    '<!{{x}}>',
    '<!-{{x}}',
    '<!DOCTYPE {{x}}>',
    '<?x {{x}}>',
    '<textarea><p {{x}}></textarea>',
    '<td style="background: url(java{{x}})">',
    '<!--[if mso {{x}}]><p></p><![endif]-->',
  ])('%s', (source) => expect(codeOf(() => rendered(source, 'y'))).toBe('LANGUAGE_SLOT'));

  test.each([
    ['{%#if x%}<a href="{%else%}<a href="/{%/if%}{{x}}">', 'none'],
    ['{%#if x%}<a title="{%else%}<a href="{%/if%}{{x}}">', 'LANGUAGE_SLOT'],
    ['{%#if x%}<script>{%/if%}{{x}}</script>', 'LANGUAGE_SLOT'],
    ['{{#each [1, 2]}}<p title="{{/each}}{{x}}">', 'LANGUAGE_SLOT'],
    ['<st{%#if x%}{%/if%}yle>{{x}}</style>', 'LANGUAGE_SLOT'],
    ['<{%#if x%}{%/if%}script>{{x}}</script>', 'LANGUAGE_SLOT'],
    ['<!-{%#if x%}{%/if%}- {{x}} -->', 'LANGUAGE_SLOT'],
    ['<!-- --{%#if x%}{%/if%}> {{x}}', 'none'],
    ['<script></scr{%#if x%}{%/if%}ipt>{{x}}', 'none'],
    ['<p oncl{%#if x%}{%/if%}ick="{{x}}">', 'LANGUAGE_SLOT'],
    ['<p onclick {%#if x%}{%/if%}="{{x}}">', 'LANGUAGE_SLOT'],
    ['<p title="{{x}}', 'LANGUAGE_SLOT'],
    ['<p>{{x}}<style>', 'LANGUAGE_SLOT'],
    ['<a {%#if x%}href="{{x}}"{%/if%}>', 'none'],
    ['<a href="{{#each [1, 2]}}{{x}}{{/each}}">', 'none'],
    ['<a href="/{%#if x%}?a={%/if%}{{x}}">', 'LANGUAGE_SLOT'],
  ])('blocks within markup: %s → %s', (source, code) => expect(codeOf(() => rendered(source, 'y'))).toBe(code));
});

describe('places like any other', () => {
  test.each([
    ['<!--[if mso]><td width="{{x}}">{{x}}</td><![endif]-->', '<!--[if mso]><td width="&lt;">&lt;</td><![endif]-->'],
    ['<!--[if !mso]><!-->{{x}}<!--<![endif]-->', '<!--[if !mso]><!-->&lt;<!--<![endif]-->'],
    ['<!--[if !mso]>-->{{x}}<!--<![endif]-->', '<!--[if !mso]>-->&lt;<!--<![endif]-->'],
    ['<![if !mso]>{{x}}<![endif]>', '<![if !mso]>&lt;<![endif]>'],
    ['<!-- a --><p>{{x}}', '<!-- a --><p>&lt;'],
    ['<script>a<b</script>{{x}}', '<script>a<b</script>&lt;'],
    ['<style>a > b {}</style>{{x}}', '<style>a > b {}</style>&lt;'],
    ['<!DOCTYPE html>{{x}}', '<!DOCTYPE html>&lt;'],
    ['a < b {{x}}', 'a < b &lt;'],
    ['a <3 {{x}}', 'a <3 &lt;'],
    ['<p title=">">{{x}}', '<p title=">">&lt;'],
    ['<p title=a>{{x}}', '<p title=a>&lt;'],
    ['<br/>{{x}}', '<br/>&lt;'],
    ['<v:fill type="tile" color="{{x}}" />', '<v:fill type="tile" color="&lt;" />'],
  ])('%s', (source, expected) => expect(rendered(source, '<')).toBe(expected));
});

/** Tags and attribute names of HTML, cut without the code under test. */
function skeleton(html: string): string[] {
  return [...html.matchAll(/<\/?[a-z][a-z0-9]*|\s[a-z-]+(?==["'])|<!--|-->/gi)].map(([part]) => part.trim());
}

test('no text changes the skeleton of the page (trust rows 94, 95)', () => {
  const source = `<p title="{{x}}" style='color:{{x}}'>{{x}}</p><a href='/p?a={{x}}&b={{x}}'>{{x}}</a>
    <!--[if mso]><td title='{{x}}'>{{x}}</td><![endif]-->`;
  const template = compileTemplate(source, { mode: 'html' });
  const plain = skeleton(template.render({ x: 'a' }, { now }));
  const hostile = fc.constantFrom(
    '"',
    "'",
    '<',
    '>',
    '&',
    '-->',
    '<!--',
    '</p>',
    ' onx="',
    '{{x}}',
    '{%=x%}',
    '`',
    '\0',
    '=',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(hostile, fc.string({ unit: 'binary' })), { minLength: 1 }), (parts) => {
      const x = parts.join('');
      const html = template.render({ x }, { now });
      // What stands between the tags is data and has no markup of its own.
      expect(skeleton(html)).toEqual(plain);
    }),
  );
});
