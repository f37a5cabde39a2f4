import { count } from './cart.ts';
import { footer, header, listenToNewsletter } from './frame.ts';
import { pageFor } from './page.ts';
import { load } from './server.ts';
import { tell } from './tell.ts';

const main = document.querySelector<HTMLElement>('#main')!;

/** Shows the page of the address, and reports the page view. */
async function show(first: boolean): Promise<void> {
  const here = new URL(location.href);
  const page = pageFor(here);
  document.title = page.title === 'Lumen & Loom' ? page.title : `${page.title} · Lumen & Loom`;
  main.innerHTML = page.body.text;
  drawFrame();
  if (!first) {
    scrollTo(0, 0);
    main.focus({ preventScroll: true });
  }
  void tell('web.webpagedetails.pageViews', {
    web: { webPageDetails: { URL: here.href, name: page.name, siteSection: page.section, pageViews: { value: 1 } } },
  });
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

function drawFrame(): void {
  document.querySelector('#header')!.innerHTML = header(location.pathname, count()).text;
}

/** Links inside the shop change the page without loading it anew. */
document.addEventListener('click', (event) => {
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
  if (link.origin !== location.origin || !/^\/shop(\/|$)/.test(link.pathname) || 'leave' in link.dataset) return;
  if (link.hash) return;
  event.preventDefault();
  history.pushState(null, '', link.href);
  void show(false);
});
addEventListener('popstate', () => void show(false));
addEventListener('cart', drawFrame);
addEventListener('person', drawFrame);

try {
  await load();
  const foot = document.querySelector<HTMLElement>('#footer')!;
  foot.innerHTML = footer().text;
  listenToNewsletter(foot);
  await show(true);
} catch (error) {
  main.textContent = `The shop could not be loaded. ${error instanceof Error ? error.message : ''} Load the page again in a moment.`;
}
