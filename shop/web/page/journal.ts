import { html } from '../html.ts';
import type { Page } from '../page.ts';
import { type Language, language, word } from '../words.ts';
import { postsDe, postsEn, postsSv } from '../words/posts.ts';

const said: Record<Language, typeof postsEn> = { en: postsEn, sv: postsSv, de: postsDe };

/** The journal's posts in the language of the page. */
export const posts = () => said[language()];

export function journal(): Page {
  return {
    title: word('head.journal'),
    name: 'blog',
    section: 'blog',
    body: html`
      <h1>${word('head.journal')}</h1>
      <ul class="posts">
        ${posts().map(
          ({ slug, title, lead, picture }) => html`
            <li>
              <a href="/shop/blog/${slug}"
                ><img src="/shop/picture/${picture}.png" alt="" width="480" height="480" />${title}</a
              >
              <p>${lead}</p>
            </li>
          `,
        )}
      </ul>
    `,
  };
}

export function post(slug: string): Page | null {
  const found = posts().find((post) => post.slug === slug);
  if (!found) return null;
  return {
    title: found.title,
    name: `blog: ${slug}`,
    section: 'blog',
    body: html`
      <article class="reading">
        <p class="crumb"><a href="/shop/blog">${word('head.journal')}</a></p>
        <h1>${found.title}</h1>
        <p class="lead">${found.lead}</p>
        <img src="/shop/picture/${found.picture}.png" alt="" width="480" height="480" />
        ${found.paragraphs.map((text) => html`<p>${text}</p>`)}
      </article>
    `,
  };
}
