import { signatureOf } from './function.ts';
import { functionGroups } from './functions.ts';

/** The part of docs/guide/language.md that lists the functions, made from the table; a test holds the two equal. */
export function describeFunctions(): string {
  return functionGroups
    .map(({ title, functions }) => {
      const rows = functions.map((fn) => {
        const aliases = fn.aliases?.length ? ` Also \`${fn.aliases.join('`, `')}\`.` : '';
        return `| ${code(signatureOf(fn))} | ${fn.doc}${aliases} | ${code(fn.example)} | ${code(JSON.stringify(fn.result))} |`;
      });
      return [`### ${title}`, '', '| Function | What it gives | Example | Result |', '|---|---|---|---|', ...rows].join(
        '\n',
      );
    })
    .join('\n\n');
}

function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``;
}
