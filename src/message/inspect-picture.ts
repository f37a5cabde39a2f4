import type { Block } from './block.ts';
import type { PartBlock } from './component.ts';
import { errors } from './error.ts';
import { finding, type MailFinding } from './finding.ts';

/** Pictures without words or sizes: a mail has to make sense, and keep its shape, with pictures off (trust §1.10). */
export function lookAtPictures(parts: readonly { at: string; block: Block | PartBlock }[]): MailFinding[] {
  return parts.flatMap(({ at, block }) => {
    if (block.kind === 'picture' || block.kind === 'beside') return lookAtPicture(at, block);
    return block.kind === 'mjml' ? lookAtRaw(`${at}/mjml`, block.mjml) : [];
  });
}

function lookAtPicture(at: string, block: Extract<Block | PartBlock, { kind: 'picture' | 'beside' }>): MailFinding[] {
  const said = typeof block.alt === 'string' ? [block.alt] : Object.values(block.alt ?? {});
  return [
    ...(said.length === 0 || said.some((one) => one.trim() === '') ? [noAlt(`${at}/alt`)] : []),
    ...(isSized(block) ? [] : [noSize(at)]),
    ...(block.src.startsWith('http://') && !/^http:\/\/(localhost|127\.)/.test(block.src) ? [plain(`${at}/src`)] : []),
  ];
}

/** A square, and a picture beside words, always stands in a place of its own. */
function isSized(block: Extract<Block | PartBlock, { kind: 'picture' | 'beside' }>): boolean {
  if (block.kind === 'beside' || block.shape === 'square') return true;
  return block.width !== undefined && block.height !== undefined;
}

function lookAtRaw(where: string, mjml: string): MailFinding[] {
  return [...mjml.matchAll(/<(img|mj-image)\b((?:"[^"]*"|[^>"])*)>/g)].flatMap(([, tag, attributes = '']) => [
    ...(/\salt="[^"]+"/.test(attributes) ? [] : [noAlt(where)]),
    ...(/\swidth="/.test(attributes) && (tag === 'mj-image' || /\sheight="/.test(attributes)) ? [] : [noSize(where)]),
  ]);
}

const noAlt = (where: string) =>
  finding(errors.MESSAGE_ALT_MISSING, 'warning', { where, says: 'A picture has no words for those who do not see it' });
const noSize = (where: string) =>
  finding(errors.MESSAGE_PICTURE_UNSIZED, 'warning', {
    where,
    says: 'A picture has no width and height, so the mail jumps when it loads and tears when it does not',
  });
const plain = (where: string) =>
  finding(errors.MESSAGE_PICTURE_PLAIN, 'warning', {
    where,
    says: 'The picture comes by http, which many do not load',
  });
