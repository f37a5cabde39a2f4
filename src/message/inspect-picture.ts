import { everyBlock, type Block, type TemplateDocument } from './block.ts';
import { errors } from './error.ts';
import { finding, type MailFinding } from './finding.ts';

/** Pictures without words or sizes: a mail has to make sense, and keep its shape, with pictures off (trust §1.10). */
export function lookAtPictures(document: TemplateDocument): MailFinding[] {
  return everyBlock(document).flatMap(({ at, block }) => {
    if (block.kind === 'picture') return lookAtPicture(at, block);
    return block.kind === 'mjml' ? lookAtRaw(`${at}/mjml`, block.mjml) : [];
  });
}

function lookAtPicture(at: string, block: Extract<Block, { kind: 'picture' }>): MailFinding[] {
  const said = typeof block.alt === 'string' ? [block.alt] : Object.values(block.alt ?? {});
  return [
    ...(said.length === 0 || said.some((one) => one.trim() === '') ? [noAlt(`${at}/alt`)] : []),
    ...(block.width === undefined || block.height === undefined ? [noSize(at)] : []),
    ...(block.src.startsWith('http://') && !/^http:\/\/(localhost|127\.)/.test(block.src) ? [plain(`${at}/src`)] : []),
  ];
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
