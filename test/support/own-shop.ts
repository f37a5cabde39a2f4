import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What somebody copied out of the studio into the pages of the shop. */
export interface Copied {
  head: string;
  item: string;
  form: string;
}

const sold = [
  { id: 'lamp-1', name: 'Reading lamp', price: 79 },
  { id: 'lamp-2', name: 'Floor lamp', price: 149 },
  { id: 'rug-1', name: 'Wool rug', price: 189 },
  { id: 'vase-1', name: 'Stone vase', price: 45 },
  { id: 'throw-1', name: 'Linen throw', price: 65 },
  { id: 'clock-1', name: 'Wall clock', price: 59 },
];

/** A PNG of one grey pixel. */
const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNsaGj4DwAFhAKAlUqj9QAAAABJRU5ErkJggg==',
  'base64',
);

/** A small shop that is not ours: pages of its own on a port of its own, which know Beckon only by what was copied into them. */
export class OwnShop {
  readonly #server: Server;
  copied: Copied = { head: '', item: '', form: '' };

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(): Promise<OwnShop> {
    const server = createServer();
    const shop = new OwnShop(server);
    server.on('request', (request, response) => {
      const { pathname } = new URL(request.url ?? '/', shop.url);
      if (pathname.endsWith('.png')) return response.writeHead(200, { 'content-type': 'image/png' }).end(picture);
      return response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(shop.#page(pathname));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return shop;
  }

  get url(): string {
    return `http://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The file of items that the shop's own system writes. */
  get feed(): string {
    const rows = sold.map(({ id, name, price }) =>
      [id, name, price.toFixed(2), 'EUR', 5, `${this.url}/p/${id}`, `${this.url}/${id}.png`, 'home'].join(','),
    );
    return ['id,name,price,currency,stock,url,imageUrl,categories', ...rows].join('\n');
  }

  #page(path: string): string {
    const item = sold.find(({ id }) => path === `/p/${id}`);
    const { head, item: tells, form } = this.copied;
    const body = item
      ? `<h1>${item.name}</h1><button onclick="inCart('${item.id}', 1, ${item.price})">Add to cart</button>${tells.replaceAll('coat-1', item.id)}`
      : `<h1>Hearth</h1><ul>${sold.map(({ id, name }) => `<li><a href="/p/${id}">${name}</a></li>`).join('')}</ul>${form}`;
    return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Hearth</title><link rel="icon" href="data:,">${head}</head><body>${body}</body></html>`;
  }

  async close(): Promise<void> {
    this.#server.close();
    await once(this.#server, 'close');
  }
}
