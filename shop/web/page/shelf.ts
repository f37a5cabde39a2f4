import type { ShopItem } from '../../catalogue.ts';
import { cards, placeFor } from '../card.ts';
import { choices, type Filter, narrow, readFilter } from '../filter.ts';
import { html, type Markup } from '../html.ts';
import type { Page } from '../page.ts';
import { search } from '../search.ts';
import { allCategories, shelf } from '../server.ts';
import { categoryWords, counted, money, nameOf, termOf, word } from '../words.ts';

export function category(slug: string, params: URLSearchParams): Page | null {
  const found = allCategories().find((category) => category.slug === slug);
  if (!found) return null;
  const { title, lead } = categoryWords(found);
  const items = shelf(slug);
  return {
    title,
    name: `category: ${slug}`,
    section: slug,
    // The category goes with the question in the form that Target's own parameters have.
    asks: { places: ['category-recs'], data: { __adobe: { target: { 'entity.categoryId': slug } } } },
    body: html`
      <h1>${title}</h1>
      <p class="lead">${lead}</p>
      ${shelfOf(items, params)} ${placeFor('category-recs', word('recs.category', { category: title }))}
    `,
    shown: (root) => listenToFilter(root, items),
  };
}

/** The answer to a search, narrowed like any shelf. */
export function found(params: URLSearchParams): Page {
  const query = params.get('q')?.trim() ?? '';
  const { things: items, near } = search(query, shelf().map(findable));
  const heading =
    query === '' ? 'search.empty' : items.length === 0 ? 'search.none' : near ? 'search.near' : 'search.heading';
  return {
    title: word('search.title'),
    name: 'search',
    section: 'search',
    ...(query === '' ? {} : { query }),
    asks: { places: items.length === 0 ? ['home-recs'] : [] },
    body: html`
      <h1>${word(heading, { query })}</h1>
      ${
        items.length === 0
          ? html`<p class="quiet">${word('search.help')}</p>
              ${placeFor('home-recs', word('recs.home'))}`
          : shelfOf(items, params)
      }
    `,
    shown: (root) => listenToFilter(root, items),
  };
}

function findable(item: ShopItem) {
  const { colour, pattern, material, brand } = item.attributes;
  const kinds = allCategories().filter(({ slug }) => item.categories.includes(slug));
  const said = [termOf('colours', colour), termOf('patterns', pattern), termOf('materials', material)];
  const titles = kinds.flatMap((kind) => [kind.title, categoryWords(kind).title]);
  return {
    thing: item,
    words: [item.name, nameOf(item), colour, material, brand, item.id, ...said, ...titles].join(' '),
  };
}

function shelfOf(items: readonly ShopItem[], params: URLSearchParams): Markup {
  const filter = readFilter(params);
  return html`
    <details class="filter" ${innerWidth > 820 || isNarrowed(filter) ? html`open` : ''}>
      <summary>${word('shelf.filter')}</summary>
      ${filterForm(items, filter)}
    </details>
    <div id="shelf">${shelfBody(items, filter)}</div>
  `;
}

function isNarrowed({ colours, sizes, maker, price, inStock }: Filter): boolean {
  return colours.length > 0 || sizes.length > 0 || maker !== '' || price > 0 || inStock;
}

function shelfBody(items: readonly ShopItem[], filter: Filter): Markup {
  const shown = narrow(items, filter, nameOf);
  const all = items.length;
  return html`
    <p class="quiet" role="status">
      ${shown.length === all ? counted('shelf.items', all) : word('shelf.of', { n: shown.length, all })}
    </p>
    ${
      shown.length === 0
        ? html`<p>${word('shelf.none')} <button class="as-link" data-clear>${word('shelf.clear')}</button></p>`
        : html`<ul class="grid">
            ${cards(shown)}
          </ul>`
    }
  `;
}

function filterForm(items: readonly ShopItem[], filter: Filter): Markup {
  const { colours, sizes, makers, prices } = choices(items);
  const option = (value: string | number, title: string, chosen: boolean) =>
    html`<option value="${value}" ${chosen ? html`selected` : ''}>${title}</option>`;
  return html`
    <form id="filter">
      ${ticks(
        'colour',
        word('shelf.colour'),
        colours.map((one) => [one, termOf('colours', one)]),
        filter.colours,
      )}
      ${
        sizes.length > 0
          ? ticks(
              'size',
              word('shelf.size'),
              sizes.map((one) => [one, one]),
              filter.sizes,
            )
          : ''
      }
      <label>
        ${word('shelf.maker')}
        <select name="maker">
          ${option('', word('shelf.anyMaker'), filter.maker === '')}
          ${makers.map((one) => option(one, one, filter.maker === one))}
        </select>
      </label>
      <label>
        ${word('shelf.price')}
        <select name="price">
          ${option('', word('shelf.anyPrice'), filter.price === 0)}
          ${prices.map((one) => option(one, word('shelf.upTo', { price: money(one) }), filter.price === one))}
        </select>
      </label>
      <label>
        ${word('shelf.sort')}
        <select name="sort">
          ${(['usual', 'cheap', 'dear', 'name'] as const).map((one) =>
            option(one, word(`shelf.sort.${one}`), filter.sort === one),
          )}
        </select>
      </label>
      <label class="tick">
        <input type="checkbox" name="stock" value="1" ${filter.inStock ? html`checked` : ''} /> ${word('shelf.stock')}
      </label>
    </form>
  `;
}

/** Several of one kind may be ticked: colours, sizes. */
function ticks(name: string, title: string, values: string[][], ticked: readonly string[]): Markup {
  return html`
    <fieldset>
      <legend>${title}</legend>
      ${values.map(
        ([value = '', text = '']) => html`
          <label class="pill">
            <input type="checkbox" name="${name}" value="${value}" ${ticked.includes(value) ? html`checked` : ''} />
            <span>${name === 'colour' ? html`<i class="dot ${value}"></i>` : ''}${text}</span>
          </label>
        `,
      )}
    </fieldset>
  `;
}

/** A change narrows the shelf at once and stays in the address; it is no new page, so nothing is reported. */
function listenToFilter(root: HTMLElement, items: readonly ShopItem[]): void {
  const form = root.querySelector<HTMLFormElement>('#filter');
  const box = root.querySelector<HTMLElement>('#shelf');
  if (!form || !box) return;
  const draw = () => {
    const address = new URL(location.href);
    const query = address.searchParams.get('q');
    const fields = [...new FormData(form).entries()].map(([name, value]) => [name, String(value)]);
    const said = fields.filter(([name, value]) => value !== '' && !(name === 'sort' && value === 'usual'));
    address.search = new URLSearchParams([...(query ? [['q', query]] : []), ...said] as [string, string][]).toString();
    history.replaceState(null, '', address);
    box.innerHTML = shelfBody(items, readFilter(address.searchParams)).text;
  };
  form.addEventListener('change', draw);
  form.addEventListener('submit', (event) => event.preventDefault());
  box.addEventListener('click', (event) => {
    if (!(event.target instanceof Element && event.target.closest('[data-clear]'))) return;
    for (const input of form.querySelectorAll('input')) input.checked = false;
    for (const select of form.querySelectorAll('select')) select.selectedIndex = 0;
    draw();
  });
}
