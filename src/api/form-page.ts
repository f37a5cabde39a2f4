import type { FastifyReply } from 'fastify';
import type { FormLanguage } from './contract-form.ts';
import type { FormWords } from './form-text.ts';
import type { Confirmation, Form } from './forms.ts';
import { escapeHtml, sendPage } from './page.ts';

/** Pages of sign-up forms: the form itself, the question behind the link in the mail, and notes of a few words. */

const style = `form{display:grid;gap:16px;justify-items:start}label{display:grid;gap:4px;width:100%;font-weight:600}
input[type=email],input[type=text]{font:inherit;font-weight:400;color:var(--ink);background:var(--paper);border:1px solid var(--quiet);border-radius:var(--radius);padding:10px 12px;width:100%;min-height:44px}
input:focus-visible{outline:2px solid var(--signal);outline-offset:2px}
.tick{grid-template-columns:auto 1fr;gap:10px;font-weight:400;align-items:start}.tick input{width:20px;height:20px;margin:2px 0 0;accent-color:var(--signal)}
.fault{color:var(--harm);font-weight:600}.away{position:absolute;left:-9999px;width:1px;height:1px;overflow:hidden}
main form p{margin:0}h1,p{overflow-wrap:anywhere}`;

interface FormPage {
  form: Form;
  words: FormWords;
  language: FormLanguage;
  /** What was entered before, when something of it was amiss. */
  entered?: { email: string; firstName: string; ticked: boolean };
  fault?: { text: string; where: string };
}

/** The form as a page of its own; it needs no script. */
export function sendForm(reply: FastifyReply, page: FormPage): FastifyReply {
  const { form, words, language, entered = { email: '', firstName: '', ticked: false }, fault } = page;
  const described = (name: string) =>
    fault?.where === name ? ' aria-invalid="true" aria-describedby="fault" autofocus' : '';
  const name = form.askName
    ? `<label>${escapeHtml(words.firstName)}<input type="text" name="firstName" maxlength="60" autocomplete="given-name" value="${escapeHtml(entered.firstName)}"></label>`
    : '';
  const body = `<p>${escapeHtml(words.intro)}</p>
<form method="post" action="/forms/${form.key}">
${fault ? `<p class="fault" id="fault" role="alert">${escapeHtml(fault.text)}</p>` : ''}
<label>${escapeHtml(words.email)}<input type="email" name="email" required maxlength="254" autocomplete="email" value="${escapeHtml(entered.email)}"${described('email')}></label>
${name}
<div class="away" aria-hidden="true"><label>Website<input type="text" name="website" tabindex="-1" autocomplete="off"></label></div>
<label class="tick"><input type="checkbox" name="consent" value="yes" required${entered.ticked ? ' checked' : ''}${described('consent')}><span>${escapeHtml(words.consent)}</span></label>
<input type="hidden" name="language" value="${language}">
<button type="submit">${escapeHtml(words.button)}</button>
</form>`;
  const status = fault ? 400 : 200;
  // With a page's own origin in its Origin header, so that the form knows its own page.
  return sendPage(reply, { status, title: words.heading, body, language, style, referrer: 'same-origin' });
}

/** The question behind the link: a button, because opening a link is no answer. */
export function sendAsk(reply: FastifyReply, found: Confirmation, status = 200): FastifyReply {
  const { words, language } = found;
  const body = `<p>${escapeHtml(words.askBody)}</p><form method="post"><input type="hidden" name="confirm" value="yes"><button type="submit">${escapeHtml(words.askButton)}</button></form>`;
  return sendPage(reply, { status, title: words.askHeading, body, language, style });
}

interface Note {
  status: number;
  heading: string;
  body: string;
  language: FormLanguage;
  back?: { text: string; url: string } | null;
}

/** A few words, and a way on. */
export function sendNote(reply: FastifyReply, note: Note): FastifyReply {
  const { status, heading, body, language, back } = note;
  const on = back ? `<p><a href="${escapeHtml(back.url)}">${escapeHtml(back.text)}</a></p>` : '';
  const text = body === '' ? '' : `<p role="status">${escapeHtml(body)}</p>`;
  return sendPage(reply, { status, title: heading, body: `${text}${on}`, language, style });
}
