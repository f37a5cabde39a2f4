import { Agent, request } from 'node:http';
import { elapsed } from '../src/base/index.ts';
import { InventedHistory } from './recommend-data.ts';

/** What the recommend bench asks for over HTTP, at a steady rate. */
export interface Asking {
  port: number;
  key: string;
  /** `delivery`: an activity drawn by a design, with trace; `answer`: the answer itself, with reasons. */
  door: 'delivery' | 'answer';
  connections: number;
  seconds: number;
  /** Requests a second. */
  rate: number;
  items: number;
  seed: number;
}

export interface Answered {
  requests: number;
  failures: number;
  seconds: number;
  /** From the moment at which the request was due, ms, so that waiting for a free connection counts. */
  p50: number;
  p90: number;
  p99: number;
  bytes: number;
}

/** Asks until the time is over; late requests are sent as soon as they can be. */
export async function runAsking(asking: Asking): Promise<Answered> {
  const { items, seed, rate, port } = asking;
  const history = new InventedHistory({ events: 0, items, seed, now: 0 });
  const times: number[] = [];
  let [sent, failures, bytes] = [0, 0, 0];
  const began = elapsed();
  const total = rate * asking.seconds;
  const agent = new Agent({ keepAlive: true, maxSockets: asking.connections });
  const lane = async () => {
    for (let n = sent++; n < total; n = sent++) {
      const due = began + (n * 1000) / rate;
      const wait = due - elapsed();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      const answer = await post(agent, port, questionOf(asking, history));
      times.push(elapsed() - due);
      bytes += answer.bytes;
      if (answer.status >= 300) failures++;
    }
  };
  await Promise.all(Array.from({ length: asking.connections }, lane));
  agent.destroy();
  const seconds = (elapsed() - began) / 1000;
  times.sort((a, b) => a - b);
  const of = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN;
  const all = { requests: times.length, failures, seconds, bytes: bytes / times.length };
  return { ...all, p50: of(0.5), p90: of(0.9), p99: of(0.99) };
}

export interface Question {
  method?: string;
  path: string;
  key: string;
  body: string;
}

/** A cart of 1 to 5 items of one corner of the shop. */
function questionOf({ door, key }: Asking, history: InventedHistory): Question {
  const home = history.zipf();
  const length = 1 + Math.floor(history.chance() * 5);
  const cart = [...new Set(Array.from({ length }, () => history.itemId(history.near(home))))];
  const body =
    door === 'answer'
      ? { criterion: 'bench', cart, collection: 'bench', limit: 12, reasons: true }
      : {
          context: { channel: 'web' },
          trace: { authorizationToken: key },
          id: { tntId: `${history.zipf()}.37_0` },
          prefetch: {
            mboxes: [
              {
                index: 0,
                name: 'cart-page',
                parameters: { cartIds: cart.join(','), 'entity.event.detailsOnly': 'true' },
              },
            ],
          },
        };
  const path = door === 'answer' ? '/v1/recommendations' : '/rest/v1/delivery?client=default&sessionId=bench';
  return { path, key, body: JSON.stringify(body) };
}

function post(agent: Agent, port: number, { method = 'POST', path, key, body }: Question) {
  return new Promise<{ status: number; bytes: number; text: string }>((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      authorization: `Bearer ${key}`,
    };
    const sent = request({ agent, host: '127.0.0.1', port, method, path, headers }, (answer) => {
      const pieces: Buffer[] = [];
      answer.on('data', (piece: Buffer) => pieces.push(piece));
      answer.on('end', () => {
        const text = Buffer.concat(pieces);
        resolve({ status: answer.statusCode ?? 0, bytes: text.length, text: text.toString() });
      });
      answer.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** One question and its answer, to see that the bench measures what it says. */
export async function askOnce(asking: Asking): Promise<string> {
  const history = new InventedHistory({ events: 0, items: asking.items, seed: asking.seed, now: 0 });
  return (await send(asking.port, questionOf(asking, history))).text;
}

/** Sends one request by a connection of its own. @throws Error when it is refused */
export async function send(port: number, question: Question): Promise<{ bytes: number; text: string }> {
  const agent = new Agent();
  const answer = await post(agent, port, question);
  agent.destroy();
  if (answer.status >= 300) throw new Error(`${question.path}: ${answer.status} ${answer.text}`);
  return answer;
}
