import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ChoicePage } from '../message/index.ts';
import { choiceLanguage, choiceWords, languageNames, type ChoiceLanguage, type ChoiceWords } from './choice-text.ts';
import type { House } from './house.ts';
import { asText, dig } from './json.ts';
import { escapeHtml, sendPage } from './page.ts';

/** The page on which people choose which mails they get; behind a signed link, without login and without scripts. */

const style = `main{max-width:36rem}form{display:grid;gap:24px;justify-items:start}fieldset{border:0;padding:0;margin:0;display:grid;grid-template-columns:minmax(0,1fr);gap:4px;width:100%;min-width:0}
legend{font-weight:600;padding:0;margin-bottom:4px}label.row{display:grid;grid-template-columns:auto 1fr;gap:12px;align-items:start;min-height:44px;padding:10px 0}
label.row input{width:20px;height:20px;margin:2px 0 0;accent-color:var(--signal)}label.row small{display:block;color:var(--quiet);font-size:14px}
select{font:inherit;color:var(--ink);background:var(--paper);border:1px solid var(--quiet);border-radius:var(--radius);padding:10px 12px;min-height:44px;width:100%;min-width:0;text-overflow:ellipsis}
input:focus-visible,select:focus-visible{outline:2px solid var(--signal);outline-offset:2px}
.end{border-top:1px solid var(--line);margin-top:32px;padding-top:24px}.end h2{font-size:16px;font-weight:600;margin:0 0 4px}
.end button{color:var(--ink);background:transparent;border:1px solid var(--quiet)}.done{border-left:3px solid var(--signal);padding-left:12px;color:var(--ink)}
label{overflow-wrap:anywhere}`;

const pauseDays = [7, 30, 90] as const;

/** GET: shows, changes nothing; `done` says what has just been changed. */
export async function showChoices(
  request: FastifyRequest,
  reply: FastifyReply,
  { house, done }: { house: House; done?: 'saved' | 'backDone' | 'endedDone' },
): Promise<FastifyReply> {
  const token = asText(dig(request.params, 'token'), 512) ?? '';
  const page = await house.messages.choices(token);
  const asked = asText(dig(request.query, 'lang'), 8);
  const language = choiceLanguage(asked, page?.language, request.headers['accept-language']);
  const words = choiceWords(language);
  if (!page) {
    const body = `<p>${escapeHtml(words.unknownText)}</p>`;
    return sendPage(reply, { status: 404, title: words.unknownTitle, body, language });
  }
  const note = done ? `<p class="done" role="status">${escapeHtml(words[done])}</p>` : '';
  const view = { page, words, language };
  if (page.state === 'in') {
    const body = `${note}<p>${said(words.intro, page)} ${escapeHtml(words.orders)}</p>${form(view)}${end(page, words)}`;
    return sendPage(reply, { status: 200, title: words.title, body, language, style, face: page });
  }
  const back = `<form method="post"><input type="hidden" name="do" value="back"><button type="submit">${escapeHtml(words.backButton)}</button></form>`;
  const text = page.state === 'out' ? words.outText : words.endedText;
  const body = `${note}<p>${said(text, page)} ${escapeHtml(words.orders)}</p>${page.state === 'out' ? back : ''}`;
  return sendPage(reply, { status: 200, title: words.outTitle, body, language, style, face: page });
}

interface View {
  page: ChoicePage;
  words: ChoiceWords;
  language: ChoiceLanguage;
}

function said(text: string, { shop, address }: ChoicePage): string {
  return escapeHtml(text.replace('{shop}', shop).replace('{address}', address ?? '…'));
}

function form({ page, words, language }: View): string {
  const topics = page.topics.map(({ key, name, about, on }) => {
    const more = about[language] ?? about.en;
    const small = more ? `<small>${escapeHtml(more)}</small>` : '';
    return `<label class="row"><input type="checkbox" name="topic" value="${escapeHtml(key)}"${on ? ' checked' : ''}><span>${escapeHtml(name[language] ?? name.en)}${small}</span></label>`;
  });
  const paces = (['any', 'day', 'week', 'month'] as const).map((pace) => {
    const on = (page.pace ?? 'any') === pace;
    return `<label class="row"><input type="radio" name="pace" value="${pace}"${on ? ' checked' : ''}><span>${escapeHtml(words.paces[pace])}</span></label>`;
  });
  const option = (value: string, text: string, on: boolean) =>
    `<option value="${value}"${on ? ' selected' : ''}>${escapeHtml(text)}</option>`;
  const date = page.pausedUntil === null ? '' : new Date(page.pausedUntil).toISOString().slice(0, 10);
  const pauses = [
    ...(page.pausedUntil === null ? [] : [option('keep', words.pauses.until.replace('{date}', date), true)]),
    option('none', words.pauses.none, page.pausedUntil === null),
    ...pauseDays.map((days) => option(String(days), words.pauses.days.replace('{days}', String(days)), false)),
  ];
  const languages = Object.entries(languageNames).map(([code, name]) => option(code, name, code === language));
  const fieldset = (legend: string, rows: string[]) =>
    rows.length === 0 ? '' : `<fieldset><legend>${escapeHtml(legend)}</legend>${rows.join('')}</fieldset>`;
  const select = (name: string, legend: string, options: string[]) =>
    `<fieldset><legend id="${name}">${escapeHtml(legend)}</legend><select name="${name}" aria-labelledby="${name}">${options.join('')}</select></fieldset>`;
  return `<form method="post"><input type="hidden" name="do" value="save">${fieldset(words.topics, topics)}${fieldset(words.pace, paces)}${select('pause', words.pause, pauses)}${select('language', words.language, languages)}<button type="submit">${escapeHtml(words.save)}</button></form>`;
}

/** Where a shop sends as several brands, this one's list may be left alone. */
function end(page: ChoicePage, words: ChoiceWords): string {
  const button = (what: string, says: string) =>
    `<form method="post"><input type="hidden" name="do" value="${what}"><button type="submit">${escapeHtml(says)}</button></form>`;
  const list = page.several ? button('leave', words.leaveButton.replace('{shop}', page.shop)) : '';
  return `<section class="end"><h2>${escapeHtml(words.endTitle)}</h2><p>${escapeHtml(words.endText)}</p>${list}${button('end', words.endButton)}</section>`;
}

/** POST: what was chosen takes effect, and the page shows it. */
export async function takeChoices(request: FastifyRequest, reply: FastifyReply, house: House): Promise<FastifyReply> {
  const token = asText(dig(request.params, 'token'), 512) ?? '';
  const fields = new URLSearchParams(typeof request.body === 'string' ? request.body : '');
  const what = fields.get('do');
  const show = (done?: 'saved' | 'backDone' | 'endedDone') =>
    showChoices(request, reply, { house, ...(done ? { done } : {}) });
  if (what === 'end' || what === 'leave')
    return show((await house.messages.unsubscribe(token, what === 'end')) ? 'endedDone' : undefined);
  const language = choiceLanguage(fields.get('language'));
  if (what === 'back') {
    const page = await house.messages.choices(token);
    const words = choiceWords(choiceLanguage(page?.language, request.headers['accept-language']));
    const wording = words.backWording.replace('{shop}', page?.shop ?? '');
    return show((await house.messages.comeBack(token, wording)) ? 'backDone' : undefined);
  }
  if (what !== 'save') return show();
  const [pace, pause] = [fields.get('pace'), fields.get('pause')];
  const days = pauseDays.find((one) => String(one) === pause);
  const known = await house.messages.choose(token, {
    topics: fields.getAll('topic').slice(0, 100),
    pace: pace === 'day' || pace === 'week' || pace === 'month' ? pace : null,
    ...(pause === 'keep' ? {} : { pauseDays: days ?? null }),
    ...(fields.has('language') ? { language } : {}),
  });
  // The page answers in the language just chosen; the profile has it once the log is folded.
  request.headers['accept-language'] = language;
  return show(known ? 'saved' : undefined);
}
