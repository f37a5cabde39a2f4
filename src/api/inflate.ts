import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { BeckonError } from '../base/index.ts';
import { errors } from './error.ts';

const inflaters = { gzip: createGunzip, 'x-gzip': createGunzip, deflate: createInflate, br: createBrotliDecompress };

/**
 * Takes compressed bodies. What comes out is counted while it comes, against the limit of the door, so a small body that
 * would become a large one is cut off there; memory never holds more than the limit. What a webhook's sender signed is what
 * it packed.
 */
export function inflateBodies(app: FastifyInstance): void {
  app.addHook('preParsing', (request, _reply, payload, done) => {
    const encoding = request.headers['content-encoding']?.trim().toLowerCase();
    if (encoding === undefined || encoding === '' || encoding === 'identity') return done(null, payload);
    const make = inflaters[encoding as keyof typeof inflaters];
    if (!make) {
      const detail = `Bodies in the encoding "${encoding.slice(0, 40)}" are not read`;
      const mend = 'Send the body plain, or with content-encoding gzip, deflate or br';
      return done(new BeckonError(errors.API_METHOD_UNSUPPORTED, detail, { mend }));
    }
    // The door reads plain text from here on.
    delete request.headers['content-encoding'];
    const inflater = make();
    let read = 0;
    payload.on('data', (piece: Buffer) => (read += piece.length));
    payload.on('error', (error) => inflater.destroy(error));
    payload.on('close', () => inflater.writable && inflater.end());
    Object.defineProperty(inflater, 'receivedEncodedLength', { get: () => read });
    inflater.on('error', (error: Error & { statusCode?: number }) => (error.statusCode = 400));
    done(null, payload.pipe(inflater));
  });
}
