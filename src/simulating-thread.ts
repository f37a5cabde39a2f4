import { Worker } from 'node:worker_threads';
import { after, BeckonError, errorKinds, threadEntry, type Timer } from './base/index.ts';
import type {
  JourneyDefinition,
  MailLine,
  SimulatedMail,
  SimulatedPerson,
  SimulationRequest,
  SimulationResult,
  SimulationSummary,
  Story,
} from './journey/index.ts';
import { unpacking } from './outcome.ts';
import type { SimulationGround } from './scratch.ts';
import { SimulationCancelled, type SimulationHands } from './simulating.ts';
import type { Simulated } from './telling.ts';

/** What one thread is to do. `now` is the shop's time; its database is that of the ground. */
export interface ThreadOrder {
  ground: Omit<SimulationGround, 'log'>;
  work:
    | { kind: 'tell'; story: Story; journeys: readonly JourneyDefinition[] }
    | { kind: 'run'; request: SimulationRequest; journeys: readonly JourneyDefinition[]; now: number };
}

/** What it says. A result comes in pieces, so that taking it in holds nobody up. */
export type ThreadSaid =
  | { progress: { done: number; of: number } }
  | { log: { level: 'info' | 'warn' | 'error'; event: string; fields?: Record<string, unknown> } }
  | { people: SimulatedPerson[] }
  | { mails: { line: MailLine; packed: Uint8Array | null }[] }
  | { summary: SimulationSummary }
  | { told: Simulated }
  | { failed: { name: string; message: string; code?: string } };

/** Memory that one simulation may have; the young part is large because most of what it makes lives for one step. */
const usualMemory = { maxOldGenerationSizeMb: 3072, maxYoungGenerationSizeMb: 128 };
/** How often it is looked whether it is to go on, real time. */
const beatMs = 400;
/** A thread that was told to end and does not is ended, real time. */
const patienceMs = 20_000;

/**
 * Simulations beside the process that serves: each in a thread of its own, so that no door waits for one. The shop is read
 * by connections of the thread.
 */
export class ThreadSimulator {
  readonly #ground: SimulationGround;
  readonly #now: () => number;
  readonly #memory: typeof usualMemory;

  /** @param now the shop's time */
  constructor(ground: SimulationGround, now: () => number, memory = usualMemory) {
    this.#ground = ground;
    this.#now = now;
    this.#memory = memory;
  }

  async tell(story: Story, journeys: readonly JourneyDefinition[]): Promise<Simulated> {
    return (await this.#thread({ kind: 'tell', story, journeys })).told!;
  }

  /** Throws SimulationCancelled when `onProgress` says so. */
  async run(
    request: SimulationRequest,
    { journeys, onProgress }: Omit<SimulationHands, 'shop'>,
  ): Promise<SimulationResult> {
    const { summary, people, mails } = await this.#thread(
      { kind: 'run', request, journeys, now: this.#now() },
      onProgress,
    );
    return { summary: summary!, people, mails };
  }

  #thread(work: ThreadOrder['work'], onProgress: SimulationHands['onProgress'] = () => true): Promise<Gathered> {
    const { settings, databaseUrl, log } = this.#ground;
    const order: ThreadOrder = { ground: { settings, databaseUrl }, work };
    const worker = new Worker(threadEntry(import.meta.url, 'simulating-worker'), {
      workerData: order,
      resourceLimits: this.#memory,
    });
    worker.unref();
    const got: Gathered = { people: [], mails: [] };
    let last: Timer | undefined;
    const end = () => {
      if (last) return;
      worker.postMessage('end', []);
      last = after(patienceMs, () => void worker.terminate());
    };
    // Also while the thread is too busy to say anything: whoever asked must see that it lives, and may end it.
    let far = { done: 0, of: 0 };
    let beat: Timer | undefined;
    let over = false;
    const result = new Promise<Gathered>((done, failed) => {
      const ask = async () => {
        if (!(await onProgress(far.done, far.of))) end();
        if (!over) look();
      };
      const look = () => (beat = after(beatMs, () => void ask().catch((error) => (end(), failed(error)))));
      look();
      worker.on('message', (said: ThreadSaid) => {
        if ('progress' in said) far = said.progress;
        else if ('log' in said) log[said.log.level](said.log.event, said.log.fields);
        else if ('failed' in said) failed(faultOf(said.failed, this.#memory));
        else take(got, said);
      });
      worker.on('error', (error) => failed(faultOf(error, this.#memory)));
      worker.on('exit', (code) => {
        last?.stop();
        if (code === 0) done(got);
        else failed(new Error('The simulation was ended'));
      });
    });
    return result.finally(() => {
      over = true;
      beat?.stop();
    });
  }
}

/** What a thread has said so far. */
interface Gathered {
  people: SimulatedPerson[];
  mails: SimulatedMail[];
  summary?: SimulationSummary;
  told?: Simulated;
}

function take(got: Gathered, said: ThreadSaid): void {
  if ('people' in said) got.people.push(...said.people);
  else if ('mails' in said)
    for (const { line, packed } of said.mails) got.mails.push(unpacking(line, packed && Buffer.from(packed)));
  else Object.assign(got, said);
}

/** The fault as it was in the thread: of the same kind, with its registered code. */
function faultOf(
  { name, message, code }: { name: string; message: string; code?: string },
  memory: typeof usualMemory,
): Error {
  if (name === 'SimulationCancelled') return new SimulationCancelled();
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') {
    const most = memory.maxOldGenerationSizeMb;
    return new Error(`It needs more than the ${most} MB a simulation may have; ask for fewer people or days`);
  }
  const kind = errorKinds().find((one) => one.code === code);
  return kind ? new BeckonError(kind, message) : new Error(message);
}
