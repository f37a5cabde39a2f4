/** Mails as mail hosts, mailbox providers and people send them back; addresses and hosts are invented. */
export interface Letters {
  /** The return path of the mail that they are about. */
  to: string;
  recipient?: string;
}

const crlf = (text: string) => Buffer.from(text.replace(/^\n/, '').replace(/\n/g, '\r\n'), 'latin1');

/** A delivery report as RFC 3464 has it. */
export function aReport(
  { to, recipient = 'ada@example.com' }: Letters,
  about: { action?: string; status: string; says: string; own?: string },
): Buffer {
  const { action = 'failed', status, says, own = '' } = about;
  return crlf(`
Return-Path: <>
From: MAILER-DAEMON@mx.host.example (Mail Delivery System)
To: ${to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="B1/mx.host.example"

This is a MIME-encapsulated message.

--B1/mx.host.example
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

<${recipient}>: host mx.far.example[192.0.2.7] said: ${says}

--B1/mx.host.example
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.host.example
Arrival-Date: Mon, 23 Nov 2026 10:00:00 +0100

Final-Recipient: rfc822; ${recipient}
Action: ${action}
Status: ${status}
Diagnostic-Code: smtp; ${says.replace(/\n/g, '\n    ')}

--B1/mx.host.example
Content-Type: text/rfc822-headers

${own}From: news@shop.example
Subject: You left something

--B1/mx.host.example--
`);
}

/** A complaint as RFC 5965 has it, with the address hidden as mailbox providers do. */
export function aComplaint({ to }: Letters, kind = 'abuse', own = ''): Buffer {
  return crlf(`
From: <staff@hostedmail.example>
To: ${to}
Subject: FW: You left something
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="part1_13d"

--part1_13d
Content-Type: text/plain; charset="US-ASCII"

This is an email abuse report for an email message received from IP 192.0.2.1

--part1_13d
Content-Type: message/feedback-report

Feedback-Type: ${kind}
User-Agent: SomeGenerator/1.0
Version: 1
Original-Rcpt-To: <redacted@hostedmail.example>
Source-IP: 192.0.2.1

--part1_13d
Content-Type: message/rfc822
Content-Disposition: inline

${own}From: <news@shop.example>
To: <redacted@hostedmail.example>
Subject: You left something
Message-ID: <none@shop.example>

Hello
--part1_13d--
`);
}

/** A mail of plain words. */
export function aLetter(headers: Record<string, string>, words: string): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return crlf(`${lines.join('\n')}\n\n${words}\n`);
}
