import { filesFlagsHelp, readFilesFlags, shopOf, syncFiles, type FilesCommand, type Reach } from './files-command.ts';
import { lookOver } from './message/index.ts';
import { messageShelves, type MessageFiles } from './messages-shelf.ts';

/** `beckon messages`: messages, components and themes as files. */

export const messagesHelp = `Usage: beckon messages check|pull|push|diff [FILE or FOLDER …]

  check   say what is wrong with messages in files, without a server
  diff    say how the files differ from a running Beckon; exit code 1 when they do
  pull    write what a running Beckon has into files: NAME.json, components/NAME.json, themes/NAME.json
  push    save the files there: messages as drafts; themes and components hold from the next mail on

  Without a file or folder: ./messages.
  Nothing is ever taken away: what lies on one side only is named and stays. What was changed on both sides is left alone.

Flags:
${filesFlagsHelp}`;

const both = ['dry-run', 'force'];

/** @throws SETTINGS_UNKNOWN_COMMAND, SETTINGS_UNKNOWN_FLAG, SETTINGS_BAD_VALUE */
export function readMessagesFlags(flags: readonly string[]): FilesCommand {
  const switches = { check: [], pull: both, push: [...both, 'publish'], diff: [] };
  const made = readFilesFlags(flags, { command: 'messages', switches });
  return made.paths.length === 0 ? { ...made, paths: [made.folder] } : made;
}

/** Says what is wrong with each. @returns the exit code */
export async function checkMessages(
  files: MessageFiles,
  { now, say }: { now: number; say: (line: string) => void },
): Promise<number> {
  const documents = (kind: keyof MessageFiles) => new Map(files[kind].map(({ key, document }) => [key, document]));
  const given = {
    themes: documents('themes'),
    components: documents('components'),
    messages: documents('messages'),
  };
  let wrong = 0;
  for (const { kind, key, findings } of await lookOver(given, now)) {
    const isWrong = findings.some(({ severity }) => severity === 'error');
    if (isWrong) wrong++;
    say(`${isWrong ? 'FAIL' : 'ok  '}  ${files[kind].find((file) => file.key === key)!.path}`);
    for (const { severity, where, message } of findings) say(`      ${severity}: ${where}: ${message}`);
  }
  return wrong === 0 ? 0 : 1;
}

/** Carries out what asks a running Beckon. @returns the exit code */
export function syncMessages(command: FilesCommand, files: MessageFiles, reach: Reach): Promise<number> {
  const shop = shopOf(command, reach);
  return syncFiles(command, { shop, say: reach.say }, messageShelves(shop, files));
}
