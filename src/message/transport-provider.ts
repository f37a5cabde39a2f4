import { createHash, createHmac } from 'node:crypto';
import type { Clock } from '../base/index.ts';
import { fieldsOf } from './header.ts';
import { messageTag } from './provider-tag.ts';
import { refusedAs, takenAs, type HttpProvider } from './transport-http.ts';
import type { WireMail } from './transport.ts';

/**
 * The providers by the documented shapes of their APIs. SES and Mailgun take the finished mail, so our own signature and
 * headers stay as they are; Postmark, SendGrid and Resend make the mail themselves of its parts and our header fields.
 * Each mail carries the tag that comes back with their notices (provider-tag.ts).
 */

/** Fields that these providers write themselves, or take in a place of their own. */
const theirs = new Set(['from', 'to', 'reply-to', 'subject', 'date', 'mime-version', 'content-type', 'dkim-signature']);

interface Pieces {
  from: string;
  replyTo: string | null;
  subject: string;
  html: string;
  text: string;
  headers: [string, string][];
  tag: string;
}

function piecesOf(mail: WireMail): Pieces {
  const fields = fieldsOf(mail.raw);
  const value = (name: string) => fields.find(([other]) => other.toLowerCase() === name)?.[1] ?? null;
  return {
    from: value('from') ?? mail.envelope.from,
    replyTo: value('reply-to'),
    subject: mail.says?.subject ?? value('subject') ?? '',
    html: mail.says?.html ?? '',
    text: mail.says?.text ?? '',
    headers: fields.filter(([name]) => !theirs.has(name.toLowerCase())),
    tag: tagOf(mail),
  };
}

function tagOf({ message, key }: WireMail): string {
  return message ?? key;
}

const json = (value: unknown) => Buffer.from(JSON.stringify(value), 'utf8');
const asJson = { 'content-type': 'application/json', accept: 'application/json' };

export function postmark(given: { token: string; stream: string | null }): HttpProvider {
  return {
    name: 'postmark',
    call(mail) {
      const { from, replyTo, subject, html, text, headers, tag } = piecesOf(mail);
      const body = {
        From: from,
        To: mail.envelope.to,
        ...(replyTo ? { ReplyTo: replyTo } : {}),
        Subject: subject,
        HtmlBody: html,
        TextBody: text,
        Headers: headers.map(([Name, Value]) => ({ Name, Value })),
        Metadata: { [messageTag]: tag },
        TrackOpens: false,
        TrackLinks: 'None',
        ...(given.stream ? { MessageStream: given.stream } : {}),
      };
      return { path: '/email', headers: { ...asJson, 'x-postmark-server-token': given.token }, body: json(body) };
    },
    judge(answer) {
      const code = answer.json['ErrorCode'];
      if (answer.status === 200 && code === 0) return takenAs(answer.json['MessageID'], answer);
      // 300: the request cannot be a mail; 406: the recipient is inactive. All else is about our account or senders.
      if (answer.status === 422) return refusedAs(answer, { us: code !== 300 && code !== 406 });
      return takenAs(null, answer);
    },
  };
}

export function sendgrid(given: { key: string }): HttpProvider {
  return {
    name: 'sendgrid',
    call(mail) {
      const { from, replyTo, subject, html, text, headers, tag } = piecesOf(mail);
      const content = [
        { type: 'text/plain', value: text },
        { type: 'text/html', value: html },
      ];
      const off = { enable: false };
      const body = {
        personalizations: [{ to: [{ email: mail.envelope.to }], custom_args: { [messageTag]: tag } }],
        from: mailboxOf(from),
        ...(replyTo ? { reply_to: mailboxOf(replyTo) } : {}),
        subject,
        content: content.filter(({ value }) => value !== ''),
        headers: Object.fromEntries(headers),
        tracking_settings: {
          click_tracking: { ...off, enable_text: false },
          open_tracking: off,
          subscription_tracking: off,
        },
      };
      return {
        path: '/v3/mail/send',
        headers: { ...asJson, authorization: `Bearer ${given.key}` },
        body: json(body),
      };
    },
    judge(answer) {
      if (answer.status === 202) return takenAs(answer.headers['x-message-id'], answer);
      if (answer.status === 413) return refusedAs(answer, { us: false, code: 552 });
      // A field of the recipient is about the recipient; all else about us.
      if (answer.status === 400) return refusedAs(answer, { us: !answer.text.includes('personalizations') });
      return takenAs(null, answer);
    },
  };
}

/** Resend remembers a key for 24 hours; some of that is left for what the call itself takes. */
const resendWindowMs = 23 * 3_600_000;

export function resend(given: { key: string }): HttpProvider {
  return {
    name: 'resend',
    keyWindowMs: resendWindowMs,
    call(mail) {
      const { from, replyTo, subject, html, text, headers, tag } = piecesOf(mail);
      const body = {
        from,
        to: [mail.envelope.to],
        ...(replyTo ? { reply_to: replyTo } : {}),
        subject,
        html,
        text,
        headers: Object.fromEntries(headers),
        tags: [{ name: messageTag, value: tag.replace(/[^A-Za-z0-9_-]/g, '_') }],
      };
      const key = createHash('sha256').update(mail.key).digest('hex');
      const about = { authorization: `Bearer ${given.key}`, 'idempotency-key': key, 'user-agent': 'beckon' };
      return { path: '/emails', headers: { ...asJson, ...about }, body: json(body) };
    },
    judge(answer) {
      if (answer.status === 200) return takenAs(answer.json['id'], answer);
      const name = answer.json['name'];
      // The same key came before with other words: that one was taken, and this one is not.
      if (name === 'invalid_idempotent_request') return { kind: 'accepted', response: '250 known under its key' };
      if (answer.status === 409) return refusedAs(answer, { us: true, code: 421 });
      return refusedAs(answer, { us: !/`?to`?\b|recipient/i.test(String(answer.json['message'])) });
    },
  };
}

export function mailgun(given: { key: string; domain: string }): HttpProvider {
  return {
    name: 'mailgun',
    call(mail) {
      const boundary = `beckon-${createHash('sha256').update(mail.key).digest('hex').slice(0, 32)}`;
      const field = (name: string, value: string) =>
        `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
      const front = [
        field('to', mail.envelope.to),
        field('o:tracking', 'no'),
        field(`v:${messageTag}`, tagOf(mail)),
        `--${boundary}\r\nContent-Disposition: form-data; name="message"; filename="message.mime"\r\nContent-Type: message/rfc822\r\n\r\n`,
      ];
      return {
        path: `/v3/${encodeURIComponent(given.domain)}/messages.mime`,
        headers: {
          accept: 'application/json',
          'content-type': `multipart/form-data; boundary=${boundary}`,
          authorization: `Basic ${Buffer.from(`api:${given.key}`).toString('base64')}`,
        },
        body: Buffer.concat([Buffer.from(front.join(''), 'utf8'), mail.raw, Buffer.from(`\r\n--${boundary}--\r\n`)]),
      };
    },
    judge(answer) {
      if (answer.status === 200) return takenAs(answer.json['id'], answer);
      const about = String(answer.json['message']);
      return refusedAs(answer, { us: !/'?to'? parameter|recipient/i.test(about) });
    },
  };
}

export function ses(given: { id: string; secret: string; region: string; clock: Clock; host: string }): HttpProvider {
  return {
    name: 'ses',
    call(mail) {
      const body = json({
        FromEmailAddress: piecesOf(mail).from,
        Destination: { ToAddresses: [mail.envelope.to] },
        FeedbackForwardingEmailAddress: mail.envelope.from,
        Content: { Raw: { Data: mail.raw.toString('base64') } },
        EmailTags: [{ Name: messageTag, Value: tagOf(mail).replace(/[^A-Za-z0-9_-]/g, '_') }],
      });
      const path = '/v2/email/outbound-emails';
      const about = { method: 'POST', host: given.host, path, query: '', body, at: given.clock.now() };
      const headers = signedHeaders(
        { ...given, service: 'ses' },
        { ...about, headers: { 'content-type': 'application/json' } },
      );
      return { path, headers, body };
    },
    judge(answer) {
      if (answer.status === 200) return takenAs(answer.json['MessageId'], answer);
      // MessageRejected and BadRequestException are of this mail; the rest is about our account or its limits.
      const kind = String(answer.headers['x-amzn-errortype'] ?? answer.json['__type'] ?? '');
      return refusedAs(answer, { us: !/MessageRejected|BadRequest/.test(kind) });
    },
  };
}

export interface AwsKey {
  id: string;
  secret: string;
  region: string;
  service: string;
}

/** AWS Signature Version 4. @returns the headers to send, the signature among them */
export function signedHeaders(
  key: AwsKey,
  of: {
    method: string;
    host: string;
    path: string;
    query: string;
    headers: Record<string, string>;
    body: Buffer;
    /** UTC ms */
    at: number;
  },
): Record<string, string> {
  const stamp = new Date(of.at).toISOString().replace(/[-:]|\.\d{3}/g, '');
  const headers: Record<string, string> = { ...of.headers, host: of.host, 'x-amz-date': stamp };
  const names = Object.keys(headers).sort();
  const sha = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
  const mac = (secret: string | Buffer, text: string) => createHmac('sha256', secret).update(text).digest();
  const head = names.map((name) => `${name}:${headers[name]!.trim()}\n`).join('');
  const asked = [of.method, of.path, of.query, head, names.join(';'), sha(of.body)].join('\n');
  const scope = `${stamp.slice(0, 8)}/${key.region}/${key.service}/aws4_request`;
  const signing = [stamp.slice(0, 8), key.region, key.service, 'aws4_request'].reduce<string | Buffer>(
    (secret, part) => mac(secret, part),
    `AWS4${key.secret}`,
  );
  const signature = mac(signing, ['AWS4-HMAC-SHA256', stamp, scope, sha(asked)].join('\n')).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${key.id}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return { ...headers, authorization };
}

function mailboxOf(text: string): { email: string; name?: string } {
  const found = /^\s*"?(.*?)"?\s*<([^<>]+)>\s*$/.exec(text);
  if (!found) return { email: text };
  const name = found[1]!.replace(/\\(["\\])/g, '$1');
  return { email: found[2]!, ...(name === '' ? {} : { name }) };
}
