/** What providers of mail post, in their documented shapes; ids and addresses are invented. */

const address = 'ada@example.com';

export const ses = {
  envelope: (event: object, more: Record<string, string> = {}) => ({
    Type: 'Notification',
    MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
    TopicArn: 'arn:aws:sns:eu-north-1:123456789012:mail',
    Message: JSON.stringify(event),
    Timestamp: '2026-11-23T09:00:00.000Z',
    SignatureVersion: '2',
    SigningCertURL: 'https://sns.eu-north-1.amazonaws.com/SimpleNotificationService-x.pem',
    ...more,
  }),
  mail: (message: string, destination = [address]) => ({
    timestamp: '2026-11-23T09:00:00.000Z',
    source: 'news@shop.example',
    messageId: '0100-ses',
    destination,
    tags: { beckon_message: [message] },
  }),
  bounce: (type: string, subType: string, recipients: object[]) => ({
    bounceType: type,
    bounceSubType: subType,
    bouncedRecipients: recipients,
    timestamp: '2026-11-23T09:00:00.000Z',
    feedbackId: '0100-feedback',
  }),
};

export const sendgrid = (event: string, message: string, more: object = {}) => ({
  email: address,
  timestamp: 1_795_000_000,
  'smtp-id': '<14c5d75ce93@ismtpd>',
  event,
  sg_event_id: `sg-${event}-${message.slice(-4)}`,
  sg_message_id: '14c5d75ce93.filter0001',
  beckon_message: message,
  ...more,
});

export const mailgun = (event: string, message: string, more: object = {}) => ({
  signature: { timestamp: '1795000000', token: 'token-1', signature: '' },
  'event-data': {
    event,
    id: `mg-${event}`,
    timestamp: 1_795_000_000.5,
    recipient: address,
    'user-variables': { beckon_message: message },
    message: { headers: { 'message-id': '20261123@shop.example' } },
    ...more,
  },
});

export const postmark = (kind: string, message: string, more: object = {}) => ({
  RecordType: kind,
  ID: 42,
  MessageID: '883953f4-6105-42a2-a16a-77a8eac79483',
  ServerID: 23,
  MessageStream: 'broadcast',
  Metadata: { beckon_message: message },
  ...(kind === 'Bounce' || kind === 'SpamComplaint' ? { Email: address } : { Recipient: address }),
  ...more,
});

export const resend = (type: string, message: string, more: object = {}) => ({
  type,
  created_at: '2026-11-23T09:00:00.000Z',
  data: {
    email_id: '56761188-7520-42d8-8898-ff6fc54ce618',
    from: 'Shop <news@shop.example>',
    to: [address],
    subject: 'You left something',
    tags: { beckon_message: message },
    ...more,
  },
});
