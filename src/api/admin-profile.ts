import type { FastifyInstance, FastifyRequest } from 'fastify';
import { takeRows, tenMebibytes } from './admin-intake.ts';
import { linesOf, rowOf } from './admin-import.ts';
import { IntakeReport } from './contract-in.ts';
import { Problem } from './contract.ts';
import type { House } from './house.ts';
import { assertNotBusy } from './problem.ts';
import { profileEvent, readRows, type RawRow } from './row.ts';

const lines = ['application/x-ndjson', 'application/ndjson', 'application/jsonl'];
/** Lines that are committed together. */
const pieceLines = 500;
/** Refused rows that the report names. */
const shownRows = 1000;

/** The door by which the shop's server says what it knows of people: one, a list, or lines without end. */
export function profileDoors(app: FastifyInstance, house: House): void {
  void app.register(async (child) => {
    child.removeAllContentTypeParsers();
    child.addContentTypeParser(
      'application/json',
      { parseAs: 'string', bodyLimit: tenMebibytes },
      (_request, body, done) => done(null, body),
    );
    // Read line by line as it comes; nothing of it is held but the piece that is being written.
    child.addContentTypeParser(lines, (_request, payload, done) => done(null, payload));
    child.route({
      method: 'POST',
      url: '/profiles',
      bodyLimit: tenMebibytes,
      schema: {
        tags: ['profiles'],
        summary:
          'What the shop server says of people: one object, a JSON array of up to 10 MiB, or NDJSON of any size. A row that is refused costs no other row.',
        consumes: ['application/json', ...lines],
        response: {
          200: { description: 'Done', ...IntakeReport },
          default: { description: 'Problem', ...Problem },
        },
      },
      config: { asks: { scope: 'profiles' } },
      handler: async (request, reply) =>
        reply
          .header('cache-control', 'no-store')
          .type('application/json')
          .send(JSON.stringify(await take(request, house))),
    });
  });
}

async function take({ body }: FastifyRequest, house: House): Promise<IntakeReport> {
  const read = (value: unknown) => profileEvent(value, house.clock.now(), () => house.ids.next());
  if (typeof body === 'string') return takeRows({ text: body, kind: 'application/json' }, house, read);
  const report: Required<IntakeReport> = { kept: 0, repeated: 0, refused: [], more: 0 };
  // Asked at the beginning only: what is under way has been taken in part.
  assertNotBusy(house.events.waiting, house.settings.queueLimit ?? 20_000);
  let piece: RawRow[] = [];
  const flush = async () => {
    if (piece.length === 0) return;
    const { events, refused } = readRows(piece, read);
    piece = [];
    const { kept, repeated } = events.length === 0 ? { kept: 0, repeated: 0 } : await house.events.receive(events);
    report.kept += kept;
    report.repeated += repeated;
    for (const { row, code, why } of refused.slice(0, 20)) {
      const what = { source: 'server', type: null, visitor: null, door: 'POST /v1/profiles', at: house.clock.now() };
      house.events.intake.refused({ ...what, code, why: `line ${row}: ${why}` });
    }
    const room = shownRows - report.refused.length;
    report.refused.push(...refused.slice(0, room));
    report.more += Math.max(0, refused.length - room);
  };
  for await (const { line, text } of linesOf(body as AsyncIterable<Buffer>, 1)) {
    const row = rowOf(line, text);
    if (row.value !== undefined || row.fault) piece.push(row);
    if (piece.length >= pieceLines) await flush();
  }
  await flush();
  return report;
}
