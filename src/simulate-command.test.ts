import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recipes, type SimulationResult } from './journey/index.ts';
import { documentsOf, needsShop, readSimulateFlags, requestOf, simulate } from './simulate-command.ts';
import { SimulationCancelled, type Simulator } from './simulating.ts';

const [journey] = recipes();

const result: SimulationResult = {
  summary: {
    from: 0,
    to: 86_400_000,
    seed: 1,
    stepMs: 900_000,
    people: 2,
    untouched: 1,
    events: 3,
    mails: 1,
    frames: [],
    unanswered: { ask: 2 },
    misses: [],
    totals: [
      {
        journey: 'j',
        name: 'A journey',
        came: 2,
        entered: 1,
        messages: 1,
        sent: 1,
        heldOut: 0,
        refused: { 'Too soon': 1 },
        inside: {},
        ended: { Done: 1 },
        passed: {},
        waiting: {},
        notSent: {},
      },
    ],
  },
  people: [
    {
      no: 1,
      profileId: 'p',
      label: 'Ada',
      mails: [1],
      runs: [
        {
          journey: 'j',
          enteredAt: 0,
          path: [{ activity: 'wait', at: 0 }],
          end: { reason: 'Done', at: 5 },
          activity: 'end',
        },
      ],
      whyNot: [{ journey: 'j', activity: 'entry', at: 9, reason: 'Too soon' }],
    },
    { no: 2, profileId: 'q', label: 'Bo', mails: [], runs: [], whyNot: [] },
  ],
  mails: [],
};

async function run(flags: string[], made: SimulationResult | Error = result) {
  const [said, told]: [string[], string[]] = [[], []];
  const command = readSimulateFlags(flags);
  const simulator = { run: async () => (made instanceof Error ? Promise.reject(made) : made) } as unknown as Simulator;
  const request = requestOf(command, [journey!]);
  const ways = {
    say: (line: string) => said.push(line),
    tell: (line: string) => told.push(line),
    isCancelled: () => false,
  };
  const code = await simulate(command, { simulator, request, hands: { journeys: [journey!] } }, ways);
  return { code, said: said.join('\n'), told: told.join('\n') };
}

describe('beckon simulate', () => {
  it('reads whom and which journeys are meant, and leaves the flags of the database to it', () => {
    const flags = [
      'a.json',
      '--people=50',
      '--days',
      '3',
      '--no-reactions',
      '--seed',
      '7',
      '--data',
      '/d',
      '--step',
      'exact',
    ];
    const command = readSimulateFlags(flags);
    expect([command.paths, command.rest, needsShop(command)]).toEqual([['a.json'], ['--data', '/d'], false]);
    expect(requestOf(command, [journey!])).toMatchObject({
      over: { kind: 'invented', people: 50, days: 3, react: false },
      seed: 7,
      step: 'exact',
    });
    const history = readSimulateFlags([
      '--journey',
      'x',
      '--live',
      '--history',
      '2026-11-01..2026-11-30',
      '--learn',
      '5',
    ]);
    expect(needsShop(history)).toBe(true);
    expect(requestOf(history, [])).toMatchObject({
      journeys: [{ key: 'x', version: 'live' }],
      over: { kind: 'history', from: '2026-11-01', to: '2026-11-30', learnDays: 5 },
    });
  });

  it('takes three journeys of the demo where none is named', async () => {
    expect((await documentsOf(readSimulateFlags([]))).map(({ key }) => key)).toEqual([
      'abandoned-cart',
      'only-wandered',
      'viewed-not-bought',
    ]);
    expect(await documentsOf(readSimulateFlags(['--journey', 'x']))).toEqual([]);
  });

  it.each([
    [['--people', '0'], 'over.people: a whole number from 1 to 100000'],
    [['--people', 'many'], 'over.people'],
    [['--history', '2026-11-09..2026-11-01'], 'over.to: it lies before over.from'],
    [['--history', 'may'], 'over.from: "may" is no day'],
    [['--step', 'PT1S'], 'step: "PT1S" is neither exact nor a duration'],
    [['--seed', 'x'], 'seed: it is no whole number'],
    [['--begins', 'x'], 'over.begins: "x" is no day'],
    [['--story', '/nowhere.json'], 'There is no file "/nowhere.json"'],
    [['--history', '2026-11-01', '--person', 'x'], 'over.people: "x" is no id of a profile'],
  ])('refuses %j', (flags, why) => {
    expect(() => requestOf(readSimulateFlags(flags), [journey!])).toThrow(why);
  });

  it('refuses a flag without its value', () => {
    expect(() => readSimulateFlags(['--people'])).toThrow('--people wants a value');
  });

  it('says numbers that add up, and writes everything line by line', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'beckon-simulate-'));
    try {
      const out = join(folder, 'all.ndjson');
      const { code, said } = await run(['--out', out]);
      expect(code).toBe(0);
      expect(said).toContain('3 events of 2 people');
      expect(said).toMatch(/would have come in\s+2\n\s+refused: Too soon\s+1\n\s+entered\s+1/);
      expect(said).toContain('"ask" called somebody outside 2 times; give it answers');
      const lines = readFileSync(out, 'utf8')
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { kind: string }).kind);
      expect(lines).toEqual(['summary', 'person', 'person']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('ends with 1 when a story missed, and with 130 when it was cancelled', async () => {
    const missed = { ...result, summary: { ...result.summary, misses: ['ada was to get 1 mail'] } };
    expect(await run([], missed)).toMatchObject({
      code: 1,
      said: expect.stringContaining('MISS  ada was to get 1 mail'),
    });
    expect(await run([], new SimulationCancelled())).toMatchObject({ code: 130, told: 'Cancelled; nothing was kept.' });
    expect(JSON.parse((await run(['--json'])).said)).toMatchObject({ people: 2 });
  });
});
