import { BeckonError } from './base/index.ts';
import { meant, options } from './settings-option.ts';
import { errors } from './settings-value.ts';

/** What the commands are and do; the help page and the check of names come from here. */
export const commands = {
  serve: 'start everything: database, shop, studio, mailbox (the default)',
  demo: 'the same with the demo shop; demo --remove takes the demo data out',
  migrate: 'bring the database up to date and end',
  backtest: 'replay the shop’s own history: which criterion would have shown what came next',
  journeys: 'journeys in files: check them, tell their stories, pull from and push to a running Beckon',
  messages: 'messages, components and themes in files: check them, pull from and push to a running Beckon',
  simulate: 'run journeys over recorded history or invented people, on a clock that is moved; nothing is sent',
  export: 'everything an installation holds into one file, while it runs: for backups and moves',
  import: 'an export into an empty database, or the whole of a data folder',
  team: 'who may work in the studio: list them, a new password for one, the audit log verified',
  evaluate: 'measure the recommender on your own data: history and queries in, ranked lists out',
  doctor: 'look whether this machine has what Beckon needs; exit code 1 when something fails',
  help: 'print this',
} as const;

export type Command = keyof typeof commands;

/** A command line, taken apart. */
export interface CommandLine {
  command: Command;
  /** What follows the command. */
  flags: string[];
  help: boolean;
}

/** `["demo", "--port", "1"]` → the command and its flags; without a command it is `serve`. @throws SETTINGS_UNKNOWN_COMMAND */
export function readCommand(argv: readonly string[]): CommandLine {
  const named = argv[0] !== undefined && !argv[0].startsWith('-') ? argv[0] : undefined;
  if (named !== undefined && !Object.hasOwn(commands, named)) {
    throw new BeckonError(
      errors.SETTINGS_UNKNOWN_COMMAND,
      `There is no command "${named}"${meant(named, Object.keys(commands))}`,
    );
  }
  const flags = named === undefined ? [...argv] : argv.slice(1);
  const help = named === 'help' || flags.includes('--help') || flags.includes('-h');
  return { command: (named ?? 'serve') as Command, flags, help };
}

/** Flags of `backtest` besides the settings; backtesting.ts reads them. */
const backtestRows: readonly (readonly [string, string])[] = [
  ['--questions NUMBER', 'questions at most, evenly spread over the days asked about (4000)'],
  ['--share NUMBER', 'newest share of the history that is asked about (0.5)'],
  ['--criteria A,B', 'only these built-in ways and criteria of the shop (all built-in ways)'],
  ['--json', 'print the result as JSON'],
];

/** The help page. Of a command when one is named. */
export function helpText(command?: Command): string {
  const list = (rows: (readonly [string, string])[]) => rows.map(([a, b]) => `  ${a.padEnd(30)} ${b}`).join('\n');
  if (command === 'doctor') {
    const rows = [
      ['--mail', 'look at SPF, DKIM, DMARC, where bounces go, and the mail host as well'] as const,
      ['--probe ADDRESS', 'the same, and send a mail there'] as const,
      ...flagRows(),
    ];
    return page('beckon doctor [flags]', commands.doctor, list(rows));
  }
  if (command === 'demo') {
    const rows = [['--remove', 'take the demo shop, its people and its history out, and end'] as const, ...flagRows()];
    return page('beckon demo [flags]', commands.demo, list(rows));
  }
  if (command === 'backtest') {
    return page('beckon backtest [flags]', commands.backtest, list([...backtestRows, ...flagRows()]));
  }
  if (command === 'serve' || command === 'migrate') {
    return page(`beckon ${command} [flags]`, commands[command], list(flagRows()));
  }
  return `Usage: beckon [command] [flags]\n\nCommands:\n${list(Object.entries(commands))}\n\nFlags:\n${list(flagRows())}\n\nEnvironment only:\n${list(envRows())}\n`;
}

function page(usage: string, what: string, flags: string): string {
  return `Usage: ${usage}\n\n${what}\n\nFlags:\n${flags}\n`;
}

function flagRows(): (readonly [string, string])[] {
  const rows = options.filter(({ flag }) => flag !== undefined);
  return rows.map(({ flag, takes, env, text }) => [
    `${flag}${takes ? ` ${takes}` : ''}`,
    `${text}${env ? ` · ${env}` : ''}`,
  ]);
}

function envRows(): (readonly [string, string])[] {
  return options.filter(({ flag }) => flag === undefined).map(({ env, text }) => [env!, text]);
}
