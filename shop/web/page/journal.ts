import { html } from '../html.ts';
import type { Page } from '../page.ts';

interface Post {
  slug: string;
  title: string;
  lead: string;
  picture: string;
  paragraphs: string[];
}

export const posts: Post[] = [
  {
    slug: 'caring-for-wool',
    title: 'How to care for wool',
    lead: 'Air does most of the work. Water only helps now and then.',
    picture: 'knit-6',
    paragraphs: [
      'Wool cleans itself better than we think. A night by an open window takes out most of what a day puts in. Hang a coat on a broad hanger and leave a hand of air on either side.',
      'When it must be washed, use lukewarm water and a spoon of wool soap, and press rather than rub. Roll the jumper in a towel, tread on the roll, and dry it flat, away from heat.',
      'Small balls of fibre are no fault: short hairs find each other where sleeves rub. Take them off with a comb twice in the first winter. After that they hardly return.',
      'Moths like what is dirty and dark. Put things away clean, in cotton bags, with a piece of cedar. Look at them once in June.',
    ],
  },
  {
    slug: 'light-in-november',
    title: 'Light in November',
    lead: 'Three small lamps make a room warmer than one strong one.',
    picture: 'lamp-11',
    paragraphs: [
      'When the day ends at three, the lamp in the ceiling makes a kitchen look like a waiting room. Turn it off and put light where hands are: on the table, by the stove, next to the chair.',
      'Keep bulbs warm, at 2,700 kelvin or lower, and let no bulb be seen from where you sit. A shade that closes at the top keeps the light low, and the ceiling dark, which is what makes evenings calm.',
      'Three sources are enough for most rooms: one to read by, one to eat by, and one that only glows. The last is the one guests notice.',
    ],
  },
  {
    slug: 'choosing-a-strap',
    title: 'Choosing a watch strap',
    lead: 'The same watch becomes another with a strap for the price of a lunch.',
    picture: 'watch-5',
    paragraphs: [
      'Leather is quiet and takes on the shape of the wrist, but it minds rain. Woven straps mind nothing, dry in an hour, and can be changed without a tool.',
      'A steel band makes a watch heavier and a size larger. If it slides over the bone, take out a link; a watch should move with the hand, not after it.',
      'Measure between the lugs before ordering. Most of our watches take eighteen or twenty millimetres, and it is engraved on the back.',
    ],
  },
];

export function journal(): Page {
  return {
    title: 'Journal',
    name: 'blog',
    section: 'blog',
    body: html`
      <h1>Journal</h1>
      <ul class="posts">
        ${posts.map(
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
  const found = posts.find((post) => post.slug === slug);
  if (!found) return null;
  return {
    title: found.title,
    name: `blog: ${slug}`,
    section: 'blog',
    body: html`
      <article class="reading">
        <p class="crumb"><a href="/shop/blog">Journal</a></p>
        <h1>${found.title}</h1>
        <p class="lead">${found.lead}</p>
        <img src="/shop/picture/${found.picture}.png" alt="" width="480" height="480" />
        ${found.paragraphs.map((text) => html`<p>${text}</p>`)}
      </article>
    `,
  };
}
