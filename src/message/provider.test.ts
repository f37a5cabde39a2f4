import * as fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { mailgun, postmark, resend, sendgrid, ses } from '../../test/support/providers.ts';
import { aDesk, type Desk } from '../../test/support/message.ts';
import { readProvider, type Provider } from './provider.ts';

const message = '01939e6d-0000-7000-8000-00000000aaaa';
const nameOf = ({ tag }: { tag?: unknown }) => (typeof tag === 'string' ? tag : null);
const read = (provider: Provider, body: unknown, id: string | null = null) =>
  readProvider(provider, { body, id }, { source: provider, nameOf });
const said = (provider: Provider, body: unknown) => read(provider, body)[0]!.said;
const address = 'ada@example.com';
const ours = { messageId: message, address };

describe('Amazon SES (trust §1.7)', () => {
  const bounced = (type: string, subType: string, recipient: object) =>
    said(
      'ses',
      ses.envelope({
        notificationType: 'Bounce',
        bounce: ses.bounce(type, subType, [{ emailAddress: address, ...recipient }]),
        mail: ses.mail(message),
      }),
    );
  it.each([
    ['Permanent', 'General', { status: '5.1.1', diagnosticCode: 'smtp; 550 5.1.1 user unknown' }, 'hard'],
    ['Permanent', 'NoEmail', {}, 'hard'],
    ['Permanent', 'General', { status: '5.7.1', diagnosticCode: 'smtp; 550 5.7.1 blocked by Spamhaus' }, 'policy'],
    ['Transient', 'MailboxFull', {}, 'soft'],
    ['Transient', 'ContentRejected', {}, 'content'],
    ['Transient', 'General', { status: '5.1.1', diagnosticCode: 'smtp; 550 5.1.1 unknown' }, 'hinted'],
    ['Undetermined', 'Undetermined', {}, 'unknown'],
  ] as const)('bounce %s/%s is %s', (type, subType, recipient, kind) => {
    expect(bounced(type, subType, recipient)).toMatchObject([{ ...ours, kind: 'bounced', class: kind }]);
  });

  it('reads both shapes, complaints of event publishing among them (trust row 25)', () => {
    const complaint = { complainedRecipients: [{ emailAddress: address }], complaintFeedbackType: 'abuse' };
    for (const shape of ['notificationType', 'eventType'])
      expect(said('ses', ses.envelope({ [shape]: 'Complaint', complaint, mail: ses.mail(message) }))).toMatchObject([
        { ...ours, kind: 'complained' },
      ]);
    const notSpam = { ...complaint, complaintFeedbackType: 'not-spam' };
    expect(said('ses', ses.envelope({ eventType: 'Complaint', complaint: notSpam, mail: ses.mail(message) }))).toEqual(
      [],
    );
  });

  it('takes every recipient of a notice, none of them for ours when there are several (trust row 24)', () => {
    const list = ['a@x.example', 'b@x.example'].map((one) => ({
      emailAddress: one,
      status: '5.1.1',
      diagnosticCode: '550 5.1.1',
    }));
    const event = {
      notificationType: 'Bounce',
      bounce: ses.bounce('Permanent', 'General', list),
      mail: ses.mail(message, ['a@x.example', 'b@x.example', 'c@x.example']),
    };
    expect(said('ses', ses.envelope(event))).toMatchObject([
      { messageId: null, address: 'a@x.example', class: 'hard' },
      { messageId: null, address: 'b@x.example', class: 'hard' },
    ]);
  });

  it('tells of deliveries and delays, and keeps what it does not know', () => {
    expect(said('ses', ses.envelope({ eventType: 'Delivery', mail: ses.mail(message) }))).toMatchObject([
      { kind: 'delivered' },
    ]);
    const deliveryDelay = { delayedRecipients: [{ emailAddress: address }] };
    expect(
      said('ses', ses.envelope({ eventType: 'DeliveryDelay', deliveryDelay, mail: ses.mail(message) })),
    ).toMatchObject([{ kind: 'deferred' }]);
    expect(read('ses', ses.envelope({ eventType: 'Tomorrow', mail: ses.mail(message) }))[0]).toMatchObject({
      said: [],
      raw: expect.stringContaining('Tomorrow'),
    });
  });
});

describe('SendGrid', () => {
  it.each([
    [
      sendgrid('bounce', message, { type: 'bounce', status: '5.1.1', reason: '550 5.1.1 no such user' }),
      { kind: 'bounced', class: 'hard' },
    ],
    [
      sendgrid('bounce', message, { type: 'blocked', status: '5.1.1', reason: '550 no such user, blocked' }),
      { kind: 'bounced', class: 'policy' },
    ],
    [sendgrid('dropped', message, { reason: 'Bounced Address' }), { kind: 'bounced', class: 'hard' }],
    [sendgrid('dropped', message, { reason: 'Spam Reporting Address' }), { kind: 'complained' }],
    [sendgrid('deferred', message, { response: '421 try again later' }), { kind: 'deferred' }],
    [sendgrid('delivered', message), { kind: 'delivered' }],
    [sendgrid('spamreport', message), { kind: 'complained' }],
    [sendgrid('group_unsubscribe', message), { kind: 'unsubscribed' }],
  ])('%j', (event, expected) => {
    expect(said('sendgrid', [event])).toMatchObject([{ ...ours, ...expected }]);
  });
  it('reads a batch event by event, and leaves opens to our own link', () => {
    const events = read('sendgrid', [sendgrid('open', message), sendgrid('delivered', message)]);
    expect(events.map(({ id, said: one }) => [id, one.length])).toEqual([
      ['sg-open-aaaa', 0],
      ['sg-delivered-aaaa', 1],
    ]);
  });
});

describe('Mailgun', () => {
  const failed = (severity: string, more: object) => mailgun('failed', message, { severity, ...more });
  it.each([
    [
      failed('permanent', { 'delivery-status': { code: 550, message: '5.1.1 user unknown' } }),
      { kind: 'bounced', class: 'hard' },
    ],
    [
      failed('permanent', { reason: 'suppress-bounce', 'delivery-status': { code: 605, message: 'Not delivering' } }),
      { kind: 'bounced', class: 'hard' },
    ],
    [failed('permanent', { reason: 'suppress-complaint' }), { kind: 'complained' }],
    [
      failed('permanent', { 'delivery-status': { code: 550, message: '5.7.1 blocked by policy' } }),
      { kind: 'bounced', class: 'policy' },
    ],
    [failed('temporary', { 'delivery-status': { code: 452, message: '4.2.2 over quota' } }), { kind: 'deferred' }],
    [mailgun('delivered', message), { kind: 'delivered' }],
    [mailgun('complained', message), { kind: 'complained' }],
    [mailgun('unsubscribed', message), { kind: 'unsubscribed' }],
  ])('%j', (body, expected) => {
    expect(said('mailgun', body)).toMatchObject([{ ...ours, ...expected }]);
  });
  it('reads the older form too', () => {
    const form = {
      event: 'bounced',
      recipient: address,
      code: '550',
      error: '5.1.1 no such user',
      token: 't',
      beckon_message: message,
    };
    expect(said('mailgun', form)).toMatchObject([{ ...ours, kind: 'bounced', class: 'hard' }]);
  });
});

describe('Postmark', () => {
  const bounce = (Type: string, Details = '') =>
    postmark('Bounce', message, { Type, TypeCode: 1, Details, Inactive: true });
  it.each([
    [bounce('HardBounce', 'smtp;550 5.1.1 unknown user'), { kind: 'bounced', class: 'hard' }],
    [bounce('HardBounce', 'smtp;550 5.7.1 listed at Spamhaus'), { kind: 'bounced', class: 'policy' }],
    [bounce('SoftBounce', 'smtp;552 5.2.2 mailbox full'), { kind: 'bounced', class: 'soft' }],
    [bounce('Blocked'), { kind: 'bounced', class: 'policy' }],
    [bounce('DMARCPolicy'), { kind: 'bounced', class: 'policy' }],
    [bounce('Transient'), { kind: 'deferred' }],
    [bounce('AutoResponder'), { kind: 'auto-replied' }],
    [postmark('SpamComplaint', message), { kind: 'complained' }],
    [postmark('Delivery', message), { kind: 'delivered' }],
    [
      postmark('SubscriptionChange', message, { SuppressSending: true, SuppressionReason: 'ManualSuppression' }),
      { kind: 'unsubscribed' },
    ],
  ])('%j', (body, expected) => {
    expect(said('postmark', body)).toMatchObject([{ ...ours, ...expected }]);
  });
  it('does not undo a suppression of ours when Postmark ends its own', () => {
    expect(said('postmark', postmark('SubscriptionChange', message, { SuppressSending: false }))).toEqual([]);
  });
});

describe('Resend', () => {
  const bounce = (type: string, subType: string, words: string) =>
    resend('email.bounced', message, { bounce: { type, subType, message: words } });
  it.each([
    [bounce('Permanent', 'General', 'smtp; 550 5.1.1 unknown'), { kind: 'bounced', class: 'hard' }],
    [
      bounce('Permanent', 'Suppressed', 'It has a recent history of producing hard bounces.'),
      { kind: 'bounced', class: 'hard' },
    ],
    [bounce('Transient', 'MailboxFull', 'full'), { kind: 'bounced', class: 'soft' }],
    [resend('email.complained', message), { kind: 'complained' }],
    [resend('email.delivered', message), { kind: 'delivered' }],
    [resend('email.delivery_delayed', message), { kind: 'deferred' }],
  ])('%j', (body, expected) => {
    expect(said('resend', body)).toMatchObject([{ ...ours, ...expected }]);
  });
  it('takes tags also as a list of names and values', () => {
    const tags = [{ name: 'beckon_message', value: message }];
    expect(said('resend', resend('email.delivered', '', { tags }))).toMatchObject([ours]);
  });
});

describe('any provider', () => {
  it('says something or nothing of whatever comes in (property)', () => {
    const provider = fc.constantFrom<Provider>('ses', 'postmark', 'sendgrid', 'mailgun', 'resend');
    fc.assert(
      fc.property(provider, fc.jsonValue(), (one, body) => {
        for (const notice of read(one, body)) expect(Array.isArray(notice.said)).toBe(true);
      }),
      { numRuns: 400 },
    );
  });
});

describe('what is told', () => {
  let desk: Desk;
  beforeEach(async () => {
    desk = await aDesk();
  });
  it('in ten calls, in any order, is one bounce and one suppression (trust row 27)', async () => {
    const ada = desk.person();
    const id = await desk.plan(ada);
    await desk.messages.work();
    const bounce = sendgrid('bounce', id, { type: 'bounce', status: '5.1.1', reason: '550 5.1.1 no such user' });
    const batch = [bounce, sendgrid('delivered', id), sendgrid('processed', id)];
    for (let i = 0; i < 10; i++) {
      const body = i % 2 === 0 ? batch : [...batch].reverse();
      const told = await desk.messages.told('sendgrid', { source: 'sg', body, id: null });
      expect(told).toEqual(i === 0 ? { taken: 3, repeated: 0 } : { taken: 0, repeated: 3 });
    }
    expect(await desk.store.rows({ text: 'select reason from suppression' })).toEqual([{ reason: 'bounced' }]);
    expect(desk.events.map(({ types }) => types[0])).toEqual(['message.accepted', 'message.bounced']);
    const notices = await desk.store.rows<{ said: unknown; done: boolean }>({
      text: 'select said, done_at is not null as done from provider_notice',
    });
    expect(notices.every(({ said: words, done }) => done && (words === null || JSON.stringify(words) === '[]'))).toBe(
      true,
    );
  });
  it('of a mail known by its return path alone is ours', async () => {
    const id = await desk.plan(desk.person());
    await desk.messages.work();
    const mail = { ...ses.mail(''), source: desk.transport.sent[0]!.envelope.from, tags: {} };
    const complaint = { complainedRecipients: [{ emailAddress: address }] };
    const body = ses.envelope({ eventType: 'Complaint', complaint, mail });
    await desk.messages.told('ses', { source: 'ses', body, id: null });
    expect(await desk.store.rows({ text: 'select message_id::text as id, kind from message_heard' })).toEqual([
      { id, kind: 'complained' },
    ]);
  });
});
