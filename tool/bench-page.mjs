import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawGoals, drawGrowth } from './bench-chart.mjs';
import { costs, goals, growth, number, quoted, rows } from './bench-rows.mjs';
import { root } from './run.mjs';

/**
 * The page of what was measured, its charts, and the README's table, all made from bench/result: what they say is what was
 * saved and nothing else (test/house/measured.test.ts). `npm run bench -- --page` writes them.
 */

/** The newest saved run of each bench, by its name. Runs in `special` were with other sizes and are not among them. */
export function newestRuns(folder = join(root, 'bench/result')) {
  const newest = new Map();
  for (const name of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
    const run = JSON.parse(readFileSync(join(folder, name), 'utf8'));
    if ((newest.get(run.bench)?.at ?? '') < run.at) newest.set(run.bench, { ...run, name });
  }
  return newest;
}

/** All that is written, by its path in the repository. */
export function filesOf(runs, readme) {
  const judged = goals.flatMap((goal) => judge(goal, runs));
  const grown = growthOf(runs);
  return {
    'README.md': withFigures(readme, tableOf(runs)),
    'docs/measured.md': pageOf(runs, judged, grown),
    'docs/picture/goals.svg': drawGoals(judged),
    ...Object.fromEntries(grown.map((one) => [`docs/picture/growth-${one.bench}.svg`, drawGrowth(one)])),
  };
}

export function writePage() {
  mkdirSync(join(root, 'docs/picture'), { recursive: true });
  const files = filesOf(newestRuns(), readFileSync(join(root, 'README.md'), 'utf8'));
  for (const [path, text] of Object.entries(files)) writeFileSync(join(root, path), text);
  return Object.keys(files);
}

/** A saved figure. @throws Error when a row asks for one that nobody saved */
function finder(run, bench) {
  return (name) => {
    const found = run?.figures.find(({ figure }) => figure === name);
    if (!found) throw new Error(`bench/result has no figure "${name}" of the bench "${bench}"; run it with --save`);
    return found;
  };
}

function tableOf(runs) {
  const said = rows.map(({ bench, what, say }) => {
    const run = runs.get(bench);
    return `| ${what} | ${say(finder(run, bench))} | ${dayOf(run)} |`;
  });
  return ['| what | measured | on |', '|---|---|---|', ...said].join('\n');
}

const dayOf = ({ at }) => at.slice(0, 10);

/** Puts the table where the old one stood. */
function withFigures(readme, table) {
  const [before, rest] = readme.split('<!-- figures -->');
  const [old, after] = rest.split('<!-- /figures -->');
  const at = old.indexOf('| what |');
  const end = old.lastIndexOf('|\n') + 2;
  return `${before}<!-- figures -->${old.slice(0, at)}${table}\n${old.slice(end)}<!-- /figures -->${after}`;
}

/** How a figure stands to its goal: 1 is just reached, more is better. */
function judge({ bench, figure, title, least, most, share }, runs) {
  const found = runs.get(bench)?.figures.find((one) => one.figure === figure);
  if (!found) return [];
  const [value, goal, unit] = share === undefined ? [found.value, least ?? most, found.unit] : [found.ratio, share, ''];
  const reached = most === undefined ? value / goal : goal / value;
  const said = `${number(value)}${unit && ` ${unit}`}`;
  const wanted = `${most === undefined ? 'at least' : 'at most'} ${number(goal)}`;
  return [{ bench, title, reached, said, wanted }];
}

/** What grew how, for each bench that was run in several sizes. */
function growthOf(runs) {
  const saved = runs.get('growth')?.figures ?? [];
  return growth.flatMap(({ bench, of, figures }) => {
    const lines = Object.entries(figures).flatMap(([figure, title]) => {
      const sizes = of.map((_, size) =>
        saved.find((one) => one.of === bench && one.figure === figure && one.size === size),
      );
      return sizes.every(Boolean) ? [{ title, unit: sizes[0].unit, values: sizes.map(({ value }) => value) }] : [];
    });
    return lines.length > 0 ? [{ bench, of, lines }] : [];
  });
}

const titles = {
  ingest: 'Events coming in',
  memory: 'Memory of the server as events come in',
  timers: 'Runs that wait',
  queue: 'The queue, beside others',
  mail: 'Mails',
  language: 'The language',
  recommend: 'Recommendations',
  quality: 'How good the lists are',
  reports: 'Reports',
  chance: 'False alarms',
  feed: 'Feeds',
  catalog: 'The catalogue',
  start: 'Starting',
};

function pageOf(runs, judged, grown) {
  const missed = judged.filter(({ reached }) => reached < 1);
  const parts = Object.keys(titles).filter((bench) => runs.has(bench));
  return `# What was measured

Each figure stands beside a limit or a peer that was measured in the same run, since machines differ and this one is shared: two
cores of a virtual machine (Debian 12, Node 20), on which absolute figures vary by 40 %. \`npm run bench\` measures all of it again
and writes this page; \`npm run bench -- NAME\` one of them. What a figure leaves out is said beside it. The runs are kept in [bench/result](../bench/result).

## Goals

${judged.length - missed.length} of ${judged.length} are reached; not yet: ${missed.map(({ title }) => title).join('; ') || 'none'}.

![Each figure beside its goal](picture/goals.svg "880x${chartHeight(judged)}")

| what | measured | goal | |
|---|---|---|---|
${judged.map(({ title, said, wanted, reached }) => `| ${title} | ${said} | ${wanted} | ${reached >= 1 ? 'reached' : '**not reached**'} |`).join('\n')}

## As the data grow

${growthPart(runs, grown)}

## What a million takes

Processor time alone; multiply it with what an hour of a core costs you.

| what | core minutes | of |
|---|---|---|
${costs.flatMap((cost) => costRow(cost, runs)).join('\n')}

## Quoted, not run

These cannot be run here. What they say of themselves, and what differs:

| who | says | where | what differs |
|---|---|---|---|
${quoted.map(({ who, says, where, differs }) => `| ${who} | ${says} | ${where} | ${differs} |`).join('\n')}
${parts.map((bench) => benchPart(bench, runs.get(bench))).join('')}`;
}

/** As drawGoals has it. */
const chartHeight = (judged) => judged.length * 28 + 48;

function growthPart(runs, grown) {
  if (grown.length === 0) return 'Not saved yet: `npm run bench -- --growth`.';
  const one = ({ bench, of, lines }) => `### ${titles[bench]}

![How it grows](picture/growth-${bench}.svg "880x${60 + lines.length * 76}")

| | ${of.join(' | ')} |
|---|${of.map(() => '---').join('|')}|
${lines.map(({ title, unit, values }) => `| ${title} | ${values.map((value) => `${number(value)} ${unit}`).join(' | ')} |`).join('\n')}
`;
  return `Of ${dayOf(runs.get('growth'))}, each size in a run of its own on one day.\n\n${grown.map(one).join('\n')}`;
}

function costRow({ bench, figure, per, what, with: withWhat }, runs) {
  const found = runs.get(bench)?.figures.find((one) => one.figure === figure);
  return found ? [`| ${what} | ${number((found.value / per) * (1e6 / 60))} | ${withWhat} |`] : [];
}

function benchPart(bench, { figures, at, command = bench, flags = [] }) {
  const shown = bench === 'quality' ? figures.filter(({ figure }) => /-(hr20|mrr20)$/.test(figure)) : figures;
  const cell = (value, unit) => (value === null ? '' : `${number(value)} ${unit}`);
  const more =
    bench === 'quality'
      ? 'All of it, and what was tried, stands in [evaluate](recommend/evaluate.md#the-quality-bench).\n\n'
      : '';
  return `
## ${titles[bench]}

\`npm run bench -- ${[command, ...flags].join(' ')}\`, ${at.slice(0, 16).replace('T', ' ')} UTC.

${more}| figure | value | limit | ratio |
|---|---|---|---|
${shown.map(({ figure, value, unit, limit, ratio }) => `| ${figure} | ${cell(value, unit)} | ${cell(limit, unit)} | ${ratio ?? ''} |`).join('\n')}

${shown
  .filter(({ note }) => note)
  .map(({ figure, note }) => `* **${figure}**: ${plain(note)}`)
  .join('\n')}
`;
}

/** A note is text and no Markdown. */
function plain(note) {
  return note.replaceAll(/[\\`*_{}[\]<>|]/g, (sign) => `\\${sign}`);
}
