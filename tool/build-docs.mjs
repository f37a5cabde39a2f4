import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Marked } from 'marked';
import { arrange, groups } from './docs-map.mjs';

/**
 * Turns docs/**.md and the pages at the top into dist/docs, served at /docs: plain pages that need no script. What stands
 * in a page as HTML is shown as text, and links may only be http, https, mailto or relative; so a page cannot bring code.
 * `api.html` is the frame of the reference, which the server fills from its own schemas (src/api/reference-door.ts).
 */
const repository = fileURLToPath(new URL('..', import.meta.url)).replace(/[/\\]$/, '');

const tops = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md'];

/** Writes all pages below `out`. @returns the addresses written, such as `guide/quick-start.html` */
export function buildDocs(root = repository, out = join(root, 'dist/docs')) {
  const read = [...tops.filter((path) => existsSync(join(root, path))), ...markdownBelow(root, 'docs')].map((path) =>
    readPage(root, path),
  );
  const groups = arrange(read);
  const pages = groups.flatMap(({ pages }) => pages);
  const known = new Set(pages.map(({ path }) => path));
  rmSync(out, { recursive: true, force: true });
  const put = (page, body, more = {}) => write(out, page.address, layout({ ...page, ...more }, body, groups));
  for (const [at, page] of pages.entries()) {
    const html = renderMarkdown(page.text, { path: page.path, known });
    const beside = page.name.startsWith('error/') ? {} : { before: pages[at - 1], after: pages[at + 1] };
    put(page, html, { ...beside, parts: partsOf(page.text) });
  }
  put({ title: 'Documentation', address: 'index.html' }, indexOf(groups));
  put({ title: '<!--title-->', address: 'api.html', isPlain: true }, '<!--body-->');
  write(out, 'search.json', JSON.stringify(pages.flatMap(searchable)));
  for (const file of ['docs.css', 'docs.js']) copyFileSync(new URL(`./${file}`, import.meta.url), join(out, file));
  copyFont(root, out);
  copyPictures(root, out);
  return ['index.html', ...pages.map(({ address }) => address)];
}

function markdownBelow(root, folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder))
    .sort()
    .flatMap((name) => {
      const path = `${folder}/${name}`;
      if (statSync(join(root, path)).isDirectory()) return markdownBelow(root, path);
      return name.endsWith('.md') ? [path] : [];
    });
}

function readPage(root, path) {
  const text = readFileSync(join(root, path), 'utf8');
  const address = addressOf(path);
  return { path, text, address, name: address.replace(/\.html$/, ''), title: /^#\s+(.+)$/m.exec(text)?.[1] ?? path };
}

/** `docs/guide/x.md` → `guide/x.html`, `README.md` → `readme.html`. */
function addressOf(path) {
  return path.startsWith('docs/')
    ? path.slice(5).replace(/\.md$/, '.html')
    : path.toLowerCase().replace(/\.md$/, '.html');
}

/** The headings of the second level, for the list beside the page. */
function partsOf(text) {
  const prose = text.replaceAll(/^```[\s\S]*?^```/gm, '');
  return [...prose.matchAll(/^##\s+(.+)$/gm)].map(([, title]) => ({ title: plain(title), to: `#${slug(title)}` }));
}

/** What the search finds: each part of a page with its heading and the beginning of its text. */
function searchable({ text, title, address, name }) {
  const isError = name.startsWith('error/');
  const prose = text.replaceAll(/^ *```[\s\S]*?^ *```/gm, '').replaceAll(/!\[[^\]]*\]\([^)]*\)/g, '');
  return prose.split(/^(?=##?#?\s)/m).flatMap((part) => {
    const [, heading] = /^#+\s+(.+)/.exec(part) ?? [];
    if (heading === undefined || (isError && !part.startsWith('# '))) return [];
    const to = part.startsWith('# ') ? address : `${address}#${slug(heading)}`;
    const words = plain(part.slice(part.indexOf('\n')).replaceAll(/\]\([^)]*\)|[|`*#>[\]]/g, ' '));
    return [{ a: to, p: plain(title), h: plain(heading), t: words.replaceAll(/\s+/g, ' ').trim().slice(0, 600) }];
  });
}

function plain(markdown) {
  return markdown
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/[`*]{1,2}(\S[^`*]*)[`*]{1,2}/g, '$1')
    .trim();
}

/** Markdown → HTML. `known` are the pages there are, so that links among them lead to their new addresses. */
export function renderMarkdown(text, { path = 'docs/x.md', known = new Set() } = {}) {
  const marked = new Marked({
    gfm: true,
    renderer: {
      html: ({ text }) => (/^\s*<!--/.test(text) ? '' : escape(text)),
      heading({ tokens, depth, text }) {
        return `<h${depth} id="${slug(text)}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      table(token) {
        const row = (cells, tag) =>
          `<tr>${cells.map((cell) => `<${tag}>${this.parser.parseInline(cell.tokens)}</${tag}>`).join('')}</tr>`;
        const body = token.rows.map((cells) => row(cells, 'td')).join('\n');
        return `<div class="wide" tabindex="0"><table>\n<thead>${row(token.header, 'th')}</thead>\n<tbody>${body}</tbody>\n</table></div>\n`;
      },
      code: ({ text }) => `<pre tabindex="0"><code>${escape(text)}</code></pre>\n`,
      link({ href, tokens }) {
        const inner = this.parser.parseInline(tokens);
        const to = targetOf(href, path, known);
        return to === null ? inner : `<a href="${escape(to)}">${inner}</a>`;
      },
      image: ({ href, text, title }) => pictureOf(href, text, title),
    },
  });
  return marked.parse(text);
}

function targetOf(href, path, known) {
  if (/^(https?:|mailto:)/i.test(href)) return href;
  if (href.startsWith('#') || /^\/(?!\/)/.test(href)) return href;
  if (/^[^/]*:|^\/\/|\\/.test(href)) return null;
  const [file, part] = href.split('#');
  const target = posix.normalize(posix.join(posix.dirname(path), file)).replace(/\/$/, '');
  if (known.has(target)) return `/docs/${addressOf(target)}${part ? `#${part}` : ''}`;
  const section = groups.find(({ folder }) => folder !== null && target === `docs/${folder}`);
  return section ? `/docs/#${section.folder}` : null;
}

/** Pictures of ours keep their size while they load; others must come from an address. */
function pictureOf(href, text, title) {
  const own = /(?:^|\/)picture\/([\w-]+\.(?:webp|svg))$/.exec(href);
  if (own) {
    const [width, height] = (title ?? '1280x800').split('x').map(Number);
    return `<img src="/docs/picture/${own[1]}" alt="${escape(text)}" width="${width}" height="${height}" loading="lazy">`;
  }
  return /^(https?:)?[^:]*$/.test(href) ? `<img src="${escape(href)}" alt="${escape(text)}">` : escape(text);
}

function slug(text) {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-|-$/g, '');
}

function escape(text) {
  const signs = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return String(text).replaceAll(/[&<>"']/g, (sign) => signs[sign]);
}

function indexOf(groups) {
  const list = (pages) =>
    `<ul>${pages.map(({ address, title }) => `<li><a href="/docs/${address}">${escape(plain(title))}</a></li>`).join('')}</ul>`;
  const parts = groups
    .filter(({ pages }) => pages.length > 0)
    .map(({ title, folder, pages, folded }) => {
      const inside = folded ? `<details><summary>${pages.length} pages</summary>${list(pages)}</details>` : list(pages);
      return `<section><h2 id="${folder ?? slug(title)}">${title}</h2>${inside}</section>`;
    });
  const api = `<section><h2 id="api">API</h2><ul><li><a href="/docs/api">API reference</a></li><li><a href="/openapi.json">OpenAPI document</a></li></ul></section>`;
  return `<h1>Documentation</h1><p class="lead">How to connect a shop, write to people, choose what to show, and see what it did.</p><div class="shelves">${parts.slice(0, -3).join('')}${api}${parts.slice(-3).join('')}</div>`;
}

/** The mark: a doorway that is ajar. */
const mark =
  '<svg viewBox="0 0 32 32" width="20" height="20" aria-hidden="true"><path fill="currentColor" fill-rule="evenodd" d="M8 2h16a6 6 0 0 1 6 6v16a6 6 0 0 1-6 6H8a6 6 0 0 1-6-6V8a6 6 0 0 1 6-6Zm3 5v17l10 6.5V12Z"/></svg>';

function railOf(address, groups) {
  const link = (to, title) =>
    `<li><a href="/docs/${to}"${to === address ? ' aria-current="page"' : ''}>${escape(plain(title))}</a></li>`;
  return groups
    .filter(({ pages }) => pages.length > 0)
    .map(({ title, folder, pages, folded }) => {
      const isHere = pages.some((page) => page.address === address);
      // A long list of pages that one comes to by name: the front page has it.
      if (folded && !isHere) return `<p class="alone"><a href="/docs/#${folder}">${title}</a></p>`;
      const shown = folded ? pages.filter((page) => page.address === address) : pages;
      return `<details${isHere ? ' open' : ''}><summary>${title}</summary><ul>${shown.map((page) => link(page.address, page.title)).join('')}</ul></details>`;
    })
    .join('');
}

function besideOf(parts = []) {
  if (parts.length < 2) return '';
  const list = parts.map(({ title, to }) => `<li><a href="${to}">${escape(title)}</a></li>`).join('');
  return `<aside aria-label="On this page"><p>On this page</p><ul>${list}</ul></aside>`;
}

function turnOf({ before, after }) {
  if (!before && !after) return '';
  const link = (page, word, way) =>
    page
      ? `<a href="/docs/${page.address}" rel="${way}"><span>${word}</span>${escape(plain(page.title))}</a>`
      : '<span></span>';
  return `<nav class="turn" aria-label="Pages before and after">${link(before, 'Before', 'prev')}${link(after, 'Next', 'next')}</nav>`;
}

function layout({ title, address, parts, before, after, isPlain }, body, groups) {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${isPlain ? title : escape(plain(title))} · Beckon</title>
<link rel="icon" href="/favicon.svg">
<link rel="stylesheet" href="/docs/docs.css">
<script src="/docs/docs.js"></script>
</head>
<body>
<a class="skip" href="#page">To the text</a>
<header>
<a class="home" href="/docs/">${mark} Beckon <span>docs</span></a>
<form id="search" role="search" hidden><input type="search" aria-label="Search the documentation" placeholder="Search  /" autocomplete="off"><ul id="found" hidden></ul></form>
<a class="studio" href="/">Studio</a>
<button id="look" type="button" aria-label="Light or dark" hidden><svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true"><circle cx="12" cy="12" r="8" fill="none" stroke="currentColor" stroke-width="1.5"/><path d="M12 4a8 8 0 0 1 0 16Z" fill="currentColor"/></svg></button>
</header>
<div class="frame">
<nav class="rail" aria-label="Documentation"><input type="checkbox" id="menu"><label for="menu">All pages</label><div>${railOf(address, groups)}<p class="alone"><a href="/docs/api"${address === 'api.html' ? ' aria-current="page"' : ''}>API reference</a></p></div></nav>
<main id="page">
${body}${turnOf({ before, after })}</main>
${besideOf(parts)}
</div>
</body>
</html>
`;
}

function write(out, address, text) {
  mkdirSync(dirname(join(out, address)), { recursive: true });
  writeFileSync(join(out, address), text);
}

function copyFont(root, out) {
  const from = join(root, 'node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2');
  if (existsSync(from)) copyFileSync(from, join(out, 'inter.woff2'));
}

/** The screenshots, which `tool/screenshots.mjs` took from the running program, and the charts of `npm run bench`. */
function copyPictures(root, out) {
  const from = join(root, 'docs/picture');
  if (!existsSync(from)) return;
  mkdirSync(join(out, 'picture'), { recursive: true });
  for (const name of readdirSync(from).filter((one) => /\.(webp|svg)$/.test(one)))
    copyFileSync(join(from, name), join(out, 'picture', name));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  console.log(`Wrote ${buildDocs().length} pages to dist/docs`);
}
