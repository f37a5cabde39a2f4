import { count } from './cart.ts';
import { footer, header, listenToFooter, notice } from './frame.ts';
import { pageFor } from './page.ts';
import { asking, fill } from './recommend.ts';
import { ask, load, signedIn } from './server.ts';
import { tell, visitorId } from './tell.ts';
import { type Language, speak, word } from './words.ts';

const main = document.querySelector<HTMLElement>('#main')!;

/** Shows the page of the address, and reports the page view. */
async function show(first: boolean): Promise<void> {
  const here = new URL(location.href);
  const page = pageFor(here);
  document.title = page.title === 'Lumen & Loom' ? page.title : `${page.title} · Lumen & Loom`;
  main.innerHTML = page.body.text;
  drawHead();
  if (!first) {
    scrollTo(0, 0);
    main.focus({ preventScroll: true });
  }
  const xdm = {
    web: { webPageDetails: { URL: here.href, name: page.name, siteSection: page.section, pageViews: { value: 1 } } },
    ...(page.query === undefined ? {} : { siteSearch: { phrase: page.query } }),
  };
  const { places = [], data } = page.asks ?? {};
  const answer = tell('web.webpagedetails.pageViews', xdm, places.length > 0 ? asking(places, data) : {});
  if (places.length > 0) void fill(main, answer);
  tidyAddress(here);
  page.shown?.(main);
}

/** A link from a mail carries who sent the click and what was in the cart; reported once, it goes from the address bar. */
function tidyAddress(here: URL): void {
  const kept = new URL(here);
  kept.searchParams.delete('bk_click');
  kept.searchParams.delete('items');
  if (kept.href !== here.href) history.replaceState(null, '', kept);
}

function drawHead(): void {
  const head = document.querySelector<HTMLElement>('#header')!;
  head.innerHTML = header(new URL(location.href), count()).text;
  head.querySelector<HTMLFormElement>('#search')!.addEventListener('submit', (event) => {
    event.preventDefault();
    const query = String(new FormData(event.currentTarget as HTMLFormElement).get('q')).trim();
    if (query !== '') go(`/shop/search?q=${encodeURIComponent(query)}`);
  });
}

/** What stands around every page in the language of the reader: the line above, and the foot. */
function drawFrame(): void {
  document.querySelector('#notice')!.innerHTML = notice().text;
  document.querySelector('.skip')!.textContent = word('head.skip');
  document.querySelector<HTMLSelectElement>('#language')!.addEventListener('change', (event) => {
    speak((event.currentTarget as HTMLSelectElement).value as Language);
    drawFrame();
    void show(true);
  });
  const foot = document.querySelector<HTMLElement>('#footer')!;
  foot.innerHTML = footer().text;
  listenToFooter(foot);
}

function go(address: string): void {
  history.pushState(null, '', address);
  void show(false);
}

/** Links inside the shop change the page without loading it anew. */
document.addEventListener('click', (event) => {
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
  if (link.origin !== location.origin || !/^\/shop(\/|$)/.test(link.pathname) || 'leave' in link.dataset) return;
  if (link.hash) return;
  event.preventDefault();
  go(link.href);
});
addEventListener('popstate', () => void show(false));
addEventListener('cart', drawHead);
addEventListener('person', drawHead);

/** Whoever signed in before answering the banner: the device and the person meet now that the device has a number. */
document.addEventListener('beckon:consent', async () => {
  const ecid = await visitorId();
  if (ecid !== undefined && signedIn()) await ask('device', { ecid });
});

try {
  await load();
  drawFrame();
  await show(true);
} catch (error) {
  main.textContent = word('loading.failed', { why: error instanceof Error ? error.message : '' });
}
