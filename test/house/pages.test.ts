import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { repository } from '../support/tree.ts';

/** The builder is plain JavaScript, since it runs before anything is compiled. */
const builder = (await import(new URL('../../tool/build-docs.mjs', import.meta.url).href)) as {
  buildDocs(root: string, out: string): string[];
  renderMarkdown(text: string, about?: { path?: string; known?: Set<string> }): string;
};

/** What is no page of the builder: its style, and the reference that the server draws. */
const drawnElsewhere = new Set(['docs.css', 'api']);

it('buildDocs() writes a page for each page of docs, and every link between them leads somewhere', () => {
  const out = mkdtempSync(join(tmpdir(), 'beckon-docs-'));
  try {
    const written = builder.buildDocs(repository, out);
    expect(written).toContain('glossary.html');
    const there = new Set(['', ...written]);
    for (const address of written) {
      const page = readFileSync(join(out, address), 'utf8');
      for (const [, to] of page.matchAll(/href="\/docs\/([^"#]*)/g)) {
        if (!drawnElsewhere.has(to!)) expect(there, `${address} links to ${to}`).toContain(to);
      }
    }
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
});

it('renderMarkdown() shows HTML as text and drops links that could carry code', () => {
  const page = builder.renderMarkdown(
    'a <script>alert(1)</script> [b](javascript:alert(1)) [c](JaVaScript&colon;alert(1)) ![d](javascript:x) `<i>`\n\n<img src=x onerror=alert(1)>\n',
  );
  expect(page).not.toMatch(/<script|<img|<i>|href=/i);
  expect(page).toContain('&lt;script&gt;');
});

it('renderMarkdown() leads links to the pages that are built', () => {
  const page = builder.renderMarkdown('[a](../glossary.md#run) [b](gone.md) [c](https://x.example/)', {
    path: 'docs/guide/x.md',
    known: new Set(['docs/glossary.md']),
  });
  expect(page).toContain('<a href="/docs/glossary.html#run">a</a> b <a href="https://x.example/">c</a>');
});
