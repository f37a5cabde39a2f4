/** The mail of the language bench: one page in four languages, about 39 KB with 12 items. */

/** How each language says what the mail needs. */
interface Dialect {
  print(path: string): string;
  money(path: string): string;
  each(list: string, item: string): string;
  eachEnd: string;
  when(path: string): string;
  otherwise: string;
  whenEnd: string;
  /** Puts before a path what leads out of a loop. */
  root: string;
  /** The number of the turn, from 0. */
  turn: string;
}

export type Engine = 'beckon' | 'handlebars' | 'liquidjs' | 'eta';
export type Money = 'usd' | 'eur';
export const engines: readonly Engine[] = ['beckon', 'handlebars', 'liquidjs', 'eta'];
export const monies = { usd: { currency: 'USD', locale: 'en-US' }, eur: { currency: 'EUR', locale: 'de-DE' } };

const dialects: Record<Engine, Dialect> = {
  beckon: {
    print: (path) => `{{${path}}}`,
    money: (path) => `{%= formatCurrency(${path}, context.currency, context.locale) %}`,
    each: (list, item) => `{{#each ${list} as |${item}|}}`,
    eachEnd: '{{/each}}',
    when: (path) => `{%#if ${path}%}`,
    otherwise: '{%else%}',
    whenEnd: '{%/if%}',
    root: '',
    turn: '{{@index}}',
  },
  handlebars: {
    print: (path) => `{{${path}}}`,
    money: (path) => `{{money ${path} @root.context.currency @root.context.locale}}`,
    each: (list, item) => `{{#each ${list} as |${item}|}}`,
    eachEnd: '{{/each}}',
    when: (path) => `{{#if ${path}}}`,
    otherwise: '{{else}}',
    whenEnd: '{{/if}}',
    root: '@root.',
    turn: '{{@index}}',
  },
  liquidjs: {
    print: (path) => `{{ ${path} }}`,
    money: (path) => `{{ ${path} | money: context.currency, context.locale }}`,
    each: (list, item) => `{% for ${item} in ${list} %}`,
    eachEnd: '{% endfor %}',
    when: (path) => `{% if ${path} %}`,
    otherwise: '{% else %}',
    whenEnd: '{% endif %}',
    root: '',
    turn: '{{ forloop.index0 }}',
  },
  eta: {
    print: (path) => `<%= ${ofData(path)} %>`,
    money: (path) => `<%= it.money(${ofData(path)}, it.context.currency, it.context.locale) %>`,
    each: (list, item) => `<% ${ofData(list)}.forEach((${item}, turn) => { %>`,
    eachEnd: '<% }) %>',
    when: (path) => `<% if (${ofData(path)}) { %>`,
    otherwise: '<% } else { %>',
    whenEnd: '<% } %>',
    root: '',
    turn: '<%= turn %>',
  },
};

function ofData(path: string): string {
  return path.startsWith('item.') ? path : `it.${path}`;
}

const cell = 'font-family:Ubuntu,Helvetica,Arial,sans-serif;font-size:14px;line-height:22px;color:#2b2b33';
const row =
  '<table border="0" cellpadding="0" cellspacing="0" role="presentation" width="100%" style="vertical-align:top">';

/** What MJML makes of a product card, in size and shape. */
function card(d: Dialect): string {
  const link = `${d.print('item.url')}?rec=${d.print(`${d.root}context.recommendation`)}&amp;pos=${d.turn}`;
  const column = (content: string) =>
    `<div class="mj-column-per-50 mj-outlook-group-fix" style="font-size:0;text-align:left;direction:ltr;display:inline-block;vertical-align:top;width:100%">${row}<tbody>${content}</tbody></table></div>\n`;
  const line = (content: string, style = '') =>
    `<tr><td align="left" style="font-size:0;padding:4px 24px;word-break:break-word"><div style="${cell};text-align:left${style}">${content}</div></td></tr>\n`;
  return `<div style="background:#ffffff;margin:0 auto;max-width:600px">
<table align="center" border="0" cellpadding="0" cellspacing="0" role="presentation" style="background:#ffffff;width:100%"><tbody><tr><td style="direction:ltr;font-size:0;padding:16px 0;text-align:center">
<!--[if mso | IE]><table role="presentation" border="0" cellpadding="0" cellspacing="0"><tr><td style="vertical-align:top;width:300px"><![endif]-->
${column(`<tr><td align="center" style="font-size:0;padding:8px 24px;word-break:break-word"><a href="${link}" target="_blank"><img alt="${d.print('item.name')}" src="${d.print('item.image')}" style="border:0;display:block;outline:none;text-decoration:none;height:auto;width:100%;font-size:13px" width="252"></a></td></tr>`)}
${column(
  [
    line(d.print('item.brand'), ';text-transform:uppercase;letter-spacing:1px'),
    line(`<a href="${link}" style="color:#2b2b33;text-decoration:none;font-weight:bold">${d.print('item.name')}</a>`),
    line(d.print('item.description')),
    line(
      `${d.when('item.before')}<span style="color:#b3261e;font-weight:bold">${d.money('item.price')}</span> <s style="color:#77777f">${d.money('item.before')}</s>${d.otherwise}<span style="font-weight:bold">${d.money('item.price')}</span>${d.whenEnd}`,
    ),
    `${d.when('item.few')}${line('Only a few left')}${d.whenEnd}`,
    `<tr><td align="left" style="font-size:0;padding:8px 24px;word-break:break-word">${row}<tbody><tr><td align="center" bgcolor="#3d3a8c" role="presentation" style="border:none;border-radius:6px;cursor:auto;background:#3d3a8c" valign="middle"><a href="${link}" style="display:inline-block;background:#3d3a8c;color:#ffffff;font-size:14px;padding:10px 20px;text-decoration:none;border-radius:6px">View</a></td></tr></tbody></table></td></tr>`,
  ].join(''),
)}<!--[if mso | IE]></td></tr></table><![endif]-->
</td></tr></tbody></table></div>
`;
}

/** The source of the mail in a language. */
export function sourceOf(engine: Engine): string {
  const d = dialects[engine];
  return `<!doctype html><html lang="en"><head><title>${d.print('context.title')}</title><meta charset="utf-8"></head>
<body style="word-spacing:normal;background:#f4f4f7"><div style="${cell};text-align:center">Hello ${d.print('profile.firstName')}, you left ${d.print('context.count')} things at ${d.print('shop.name')}, ${d.money('context.total')} in all.</div>
${d.each('context.items', 'item')}${card(d)}${d.eachEnd}<div style="${cell};text-align:center">${d.print('shop.name')}, ${d.print('shop.address')} <a href="${d.print('shop.unsubscribe')}" style="color:#77777f">Unsubscribe</a></div></body></html>
`;
}

/** Data that all four languages escape alike: no quotes, no `=`; a few `&` and `<`. */
export function dataOf(money: Money): Record<string, unknown> {
  const german = money === 'eur';
  const items = Array.from({ length: 12 }, (_, n) => ({
    name: german ? `Übergangsjacke für Städte No. ${n}` : `Field jacket & liner No. ${n}`,
    brand: n % 3 === 0 ? 'Nord & Sons' : 'Fjellhaus',
    description: german
      ? `Gefüttert, wasserabweisend und leicht; größere Taschen außen, Gewicht < ${400 + n} g, für Herbst und Frühling.`
      : `Lined, water-repellent and light; two large pockets outside, weight < ${400 + n} g, for autumn and spring.`,
    url: `https://shop.example/p/field-jacket-${n}`,
    image: `https://cdn.shop.example/img/field-jacket-${n}-504x504.jpg`,
    price: 79.9 + n * 110.05,
    before: n % 2 === 0 ? 99.9 + n * 120 : null,
    few: n % 4 === 0,
  }));
  for (const item of items) item.price = Math.round(item.price * 100) / 100;
  return {
    profile: { firstName: german ? 'Jörg' : 'Ada' },
    shop: {
      name: german ? 'Müller & Söhne' : 'Miller & Sons',
      address: 'Storgatan 1, Stockholm',
      unsubscribe: 'https://shop.example/u/0190f5f0-0000-7000-8000-000000000001',
    },
    context: { ...monies[money], title: 'Still here', count: 12, total: 8712.5, recommendation: 'r-1f9c', items },
  };
}
