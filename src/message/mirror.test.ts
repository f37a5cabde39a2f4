import { expect, it } from 'vitest';
import { aDesk, anItem } from '../../test/support/message.ts';

async function sentMail() {
  const desk = await aDesk();
  await desk.plan(desk.person());
  await desk.messages.work();
  const html = desk.transport.sent[0]!.says!.html;
  const token = /\/m\/(v1\.[\w.-]+)"/.exec(html)![1]!;
  return { desk, html, token };
}

const clicks = (html: string) => [...html.matchAll(/\/c\/(v1\.[\w.-]+)"/g)].map((found) => found[1]!);

it('a mail is shown in a browser from what is kept here, with its own links (journeys §5.50)', async () => {
  const { desk, html, token } = await sentMail();
  const shown = await desk.messages.mirror(token);
  if (!shown || !('html' in shown)) throw new Error(JSON.stringify(shown));
  expect(shown.html).toContain('Ada, your cart is still here');
  expect(clicks(shown.html).length).toBe(clicks(html).length);
  for (const one of clicks(shown.html)) expect(clicks(html)).toContain(one);
  expect(token).not.toMatch(/Ada/);
});

it('with prices of the moment; what was not in the mail is linked without being counted', async () => {
  const { desk, token } = await sentMail();
  desk.items.set('coat-1', anItem('coat-1', { priceMinor: 9900, url: '/shop/p/moved?a=1&b=2' }));
  desk.items.set('coat-2', anItem('coat-2', { stock: 0 }));
  const shown = await desk.messages.mirror(token);
  if (!shown || !('html' in shown)) throw new Error(JSON.stringify(shown));
  expect(shown.html).toContain('€99.00');
  expect(shown.html).not.toContain('The coat-2');
  expect(shown.html).toContain('href="http://localhost:8080/shop/p/moved?a=1&amp;b=2"');
  for (const one of clicks(shown.html)) expect(await desk.messages.click(one)).not.toBeNull();
});

it('says so when nothing of it is sold any more, and knows no foreign token (trust row 12)', async () => {
  const { desk, token } = await sentMail();
  desk.items.clear();
  expect(await desk.messages.mirror(token)).toEqual({ gone: 'what it showed is not sold any more' });
  const flipped = token.slice(0, -1) + (token.endsWith('A') ? 'B' : 'A');
  expect(await desk.messages.mirror(flipped)).toBeNull();
  expect(await desk.messages.mirror('v1.1.x.y')).toBeNull();
});
