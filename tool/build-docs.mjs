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

/**
 * Turns docs/**.md and the pages at the top into dist/docs: plain pages without script, served at /docs. What stands in
 * a page as HTML is shown as text, and links may only be http, https, mailto or relative; so a page cannot bring code.
 */
const repository = fileURLToPath(new URL('..', import.meta.url)).replace(/[/\\]$/, '');

const tops = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md'];
const sections = [
  { folder: 'guide', title: 'Guide' },
  { folder: 'recommend', title: 'Recommendations' },
  { folder: 'decision', title: 'Decisions' },
  { folder: 'error', title: 'Errors' },
];

/** The guide in the order in which one reads it; what is not named comes after. */
const reading = [
  'quick-start',
  'connect-a-shop',
  'web-sdk',
  'target',
  'segment',
  'shop-platforms',
  'sign-up',
  'people',
  'import-people',
  'audiences',
  'journeys',
  'mails',
  'language',
  'measure',
  'settings',
];

function placeOf(path) {
  const place = reading.indexOf(/^docs\/guide\/(.+)\.md$/.exec(path)?.[1] ?? '');
  return place === -1 ? reading.length : place;
}

/** Writes all pages below `out`. @returns the addresses written, such as `guide/quick-start.html` */
export function buildDocs(root = repository, out = join(root, 'dist/docs')) {
  const pages = [...tops.filter((path) => existsSync(join(root, path))), ...markdownBelow(root, 'docs')].map((path) =>
    readPage(root, path),
  );
  pages.sort((a, b) => placeOf(a.path) - placeOf(b.path)); // stable: the rest stays in order of its names
  const known = new Set(pages.map(({ path }) => path));
  rmSync(out, { recursive: true, force: true });
  for (const page of pages) {
    const address = addressOf(page.path);
    write(out, address, layout({ ...page, address }, renderMarkdown(page.text, { path: page.path, known }), pages));
  }
  write(out, 'index.html', layout({ title: 'Documentation', address: '' }, indexOf(pages), pages));
  writeFileSync(join(out, 'docs.css'), readFileSync(new URL('./docs.css', import.meta.url)));
  copyFont(root, out);
  return ['index.html', ...pages.map(({ path }) => addressOf(path))];
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
  return { path, text, title: /^#\s+(.+)$/m.exec(text)?.[1] ?? path };
}

/** `docs/guide/x.md` → `guide/x.html`, `README.md` → `readme.html`. */
function addressOf(path) {
  return path.startsWith('docs/')
    ? path.slice(5).replace(/\.md$/, '.html')
    : path.toLowerCase().replace(/\.md$/, '.html');
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
      image: ({ href, text }) =>
        /^(https?:)?[^:]*$/.test(href) ? `<img src="${escape(href)}" alt="${escape(text)}">` : escape(text),
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
  const section = sections.find(({ folder }) => target === `docs/${folder}`);
  return section ? `/docs/#${section.folder}` : null;
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

function indexOf(pages) {
  const list = (found) =>
    `<ul>${found.map(({ path, title }) => `<li><a href="/docs/${addressOf(path)}">${escape(title)}</a></li>`).join('')}</ul>`;
  const own = pages.filter(({ path }) => !path.startsWith('docs/') || path === 'docs/glossary.md');
  const parts = sections.map(({ folder, title }) => {
    const found = pages.filter(({ path }) => path.startsWith(`docs/${folder}/`));
    return found.length === 0 ? '' : `<h2 id="${folder}">${title}</h2>${list(found)}`;
  });
  return `<h1>Documentation</h1>${parts.shift()}<h2 id="project">The project</h2>${list(own)}${parts.join('')}`;
}

/** The mark: a doorway that is ajar. */
const mark =
  '<svg viewBox="0 0 32 32" width="20" height="20" aria-hidden="true"><path fill="currentColor" fill-rule="evenodd" d="M8 2h16a6 6 0 0 1 6 6v16a6 6 0 0 1-6 6H8a6 6 0 0 1-6-6V8a6 6 0 0 1 6-6Zm3 5v17l10 6.5V12Z"/></svg>';

function layout({ title, address }, body, pages) {
  const guides = pages.filter(({ path }) => path.startsWith('docs/guide/'));
  const links = [
    ...guides.map(({ path, title }) => [`/docs/${addressOf(path)}`, title]),
    ['/docs/glossary.html', 'Glossary'],
    ['/docs/#decision', 'Decisions'],
    ['/docs/#error', 'Errors'],
  ];
  const here = (to) => (to === `/docs/${address}` ? ' aria-current="page"' : '');
  const rail = links.map(([to, name]) => `<li><a href="${to}"${here(to)}>${escape(name)}</a></li>`).join('');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escape(title)} · Beckon</title>
<link rel="icon" href="/favicon.svg">
<link rel="stylesheet" href="/docs/docs.css">
</head>
<body>
<a class="skip" href="#page">To the text</a>
<nav aria-label="Documentation"><a class="home" href="/docs/">${mark} Beckon</a><ul>${rail}</ul><a href="/">To the studio</a></nav>
<main id="page">
${body}</main>
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

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  console.log(`Wrote ${buildDocs().length} pages to dist/docs`);
}
