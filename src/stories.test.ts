import { beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase, freshStore } from '../test/support/database.ts';
import { leftovers } from '../test/support/scratch.ts';
import { joinRooms, migrations } from './app.ts';
import { quietLog } from './base/index.ts';
import { recipes, type Story } from './journey/index.ts';
import { journeyDoor } from './journey-door.ts';
import { checkJourneys, readJourneysFlags, testJourneys } from './journeys-command.ts';
import { journeyFiles } from './journeys-files.ts';
import { readSettings } from './settings.ts';
import { Simulator } from './simulating.ts';

const files = await journeyFiles([]);
const all = files.map(({ definition }) => definition);
let simulator: Simulator;

beforeAll(async () => {
  const settings = readSettings([], {});
  simulator = new Simulator({
    settings: { ...settings, secret: 's'.repeat(40) },
    databaseUrl: await freshDatabase(),
    log: quietLog,
  });
});

it('every recipe has stories', () => {
  expect(files.filter(({ stories }) => stories.length === 0)).toEqual([]);
  expect(all).toEqual(recipes());
});

describe.each(files)('the recipe $definition.key', ({ definition, stories }) => {
  it.each(stories)('$name', async (story) => {
    const running = story.journeys ?? [definition.key];
    const { misses } = await simulator.tell(
      story,
      all.filter(({ key }) => running.includes(key)),
    );
    expect(misses).toEqual([]);
  });
});

it('says where a story goes otherwise than it expects', async () => {
  const cart = files.find(({ definition }) => definition.key === 'abandoned-cart')!;
  const story = cart.stories[0]!;
  const other: Story = {
    ...story,
    people: { ada: story.people['ada']! },
    happens: story.happens.filter(({ who }) => who === 'ada'),
    expect: {
      ada: {
        mails: [{ journey: 'abandoned-cart', shows: ['watch', 'tie'] }],
        ends: { 'abandoned-cart': 'Bought' },
        refused: 'quiet',
      },
    },
  };
  const { misses } = await simulator.tell(other, [cart.definition]);
  expect(misses).toEqual([
    expect.stringContaining("ada's mail 1 was to show tie, but shows coat"),
    'ada was to end in abandoned-cart as "Bought", but: Reminded',
    'ada was to be refused by "quiet", but: nothing was refused',
  ]);
});

describe('beckon journeys', () => {
  it('reads what is asked for, and leaves the flags of the database to it', async () => {
    expect(readJourneysFlags(['test', 'a.json', '--json', '--log-level', 'warn', 'b'])).toMatchObject({
      what: 'test',
      paths: ['a.json', 'b'],
      switches: new Set(['json']),
      rest: ['--log-level', 'warn'],
    });
    expect(() => readJourneysFlags(['fetch'])).toThrow('goes on with check, test, pull, push, diff');
    await expect(journeyFiles(['/nowhere/at-all.json'])).rejects.toThrow('There is no file or folder');
  });

  it('says what is wrong with a journey, and where, by the exit code too', () => {
    const said: string[] = [];
    const [good] = files;
    const broken = { ...good!.definition, start: 'wiat' };
    expect(checkJourneys([good!], (line) => said.push(line))).toBe(0);
    expect(checkJourneys([{ ...good!, path: 'x.json', definition: broken }], (line) => said.push(line))).toBe(1);
    expect(said.slice(1)).toEqual(['FAIL  x.json', '      start: There is no activity "wiat"; did you mean "wait"?']);
  });

  it('counts the stories that ended as expected and those that did not', async () => {
    const told: Story[] = [];
    const fake = {
      tell: async (story: Story) => (
        told.push(story),
        { name: story.name, misses: told.length > 1 ? ['x'] : [], people: {} }
      ),
    };
    const said: string[] = [];
    const [file] = files;
    const twice = [{ ...file!, stories: [file!.stories[0]!, file!.stories[0]!] }];
    expect(
      await testJourneys(twice, fake as unknown as Simulator, { say: (line) => said.push(line), json: false }),
    ).toBe(1);
    expect(said.at(-1)).toBe('\n1 passed, 1 failed');
  });
});

describe('POST /v1/stories', () => {
  it('tells a story to the drafts it names, and to documents that are sent along', async () => {
    const store = await freshStore(migrations);
    const settings = { ...readSettings([], {}), secret: 's'.repeat(40), databaseUrl: store.url };
    const rooms = await joinRooms(settings, { store, log: quietLog });
    try {
      await rooms.journeys.put(all.find(({ key }) => key === 'abandoned-cart'));
      const door = journeyDoor(rooms, async () => {});
      const story = { ...files.find(({ definition }) => definition.key === 'abandoned-cart')!.stories[1]! };
      const named = await door.tell({ ...story, journeys: ['abandoned-cart'] }, null);
      expect([named.misses, named.people['ada']!.runs[0]!.end]).toEqual([[], 'No recommendation came back']);
      await expect(door.tell({ ...story, journeys: ['nothing'] }, null)).rejects.toThrow(
        'There is no journey "nothing"',
      );
      await expect(door.tell({}, null)).rejects.toThrow('The story cannot be told');
      expect(await leftovers(rooms.store)).toEqual([]);
    } finally {
      await rooms.transport.close();
    }
  });
});
