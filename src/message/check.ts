import { BeckonError } from '../base/index.ts';
import { anyType, checkTemplate, mapOf, parseType, type EscapeMode, type Schema } from '../language/index.ts';
import { profileSchema } from '../profile/index.ts';
import { textOf } from './compile.ts';
import { errors } from './error.ts';
import type { TemplateRow } from './table-template.ts';

const text = parseType('text');

/** What a message sees. What a run has gathered hangs on the journey, so everything may stand in `context`. */
const messageSchema: Schema = mapOf({
  profile: profileSchema,
  context: anyType,
  shop: mapOf({ name: text, url: text }),
  message: mapOf({ unsubscribeUrl: text, confirmUrl: text, postalAddress: text }),
});

/**
 * Refuses to publish a template that reads a name there is not, or uses a value as what it cannot be.
 *
 * @throws MESSAGE_TEMPLATE_FAULT with the piece and the place in it
 */
export function checkPieces(row: TemplateRow & { html: string }): void {
  const pieces: [name: string, source: string, mode: EscapeMode][] = [
    ['subject', row.subject, 'header'],
    ['html', row.html, 'html'],
    ['text', textOf(row), 'text'],
  ];
  for (const [name, source, mode] of pieces) {
    const problem = checkTemplate(source, { mode, schema: messageSchema }).find(({ severity }) => severity === 'error');
    if (problem === undefined) continue;
    const where = `${row.key}.${name}, line ${problem.line}, column ${problem.column}`;
    const sentence = `The template "${row.key}" cannot be published. In its ${name}: ${problem.message} (${problem.code})`;
    throw new BeckonError(errors.MESSAGE_TEMPLATE_FAULT, sentence, { where, mend: problem.mend });
  }
}
