/**
 * message — what is said: templates, the gates, the send ledger, and the ways out.
 *
 * In:     plans from journeys in their transaction; clicks and unsubscriptions; lost and given consent
 * Out:    mails, at most once for marketing; results to the run; events message.* for the log
 * Owns:   tables message, message_open, message_hour, message_day, message_zone, attempt, slot, suppression, message_template, message_theme, message_component, message_sender, coupon, mailbox, mail_lane, mail_warm_up, mail_brake
 * Knows:  base, store, job, language, event, profile, catalog, recommend, journey
 * Never:  decides who should get something; sends without a committed attempt; believes an error code of the mail library
 * Start:  message.ts (states), gate.ts and result.ts (pure), then claim.ts and send.ts
 */
export { auditMessages, auditSending } from './audit.ts';
export { addressKey, domainOf, judgeAddress, readMailbox, type AddressVerdict, type Mailbox } from './address.ts';
export { MailboxStore, openMailboxServer, type MailboxMail, type MailboxRow, type MailboxServer } from './mailbox.ts';
export { dkimKey, type DkimKey } from './dkim.ts';
export { gridPath, gridsOf, withAnswer, type AskedItems, type ItemAsk } from './grid.ts';
export { hostOf } from './pace.ts';
export { Pacing, type Harmed, type LaneState, type PaceState, type WarmUpState } from './pacing.ts';
export type { BrakeScope } from './brake.ts';
export type { HarmCounts } from './table-heard.ts';
export type { ChoicePage, Choosing } from './choosing.ts';
export type { Pace, Topic } from './table-choice.ts';
export type { Posting, PostingState } from './posting.ts';
export { isSuppressionId, Suppressions, type SuppressionEntry } from './suppressing.ts';
export { readToken } from './link.ts';
export {
  homeKey,
  messageKey,
  type MessageClass,
  type MessageRow,
  type MessageState,
  type Notice,
  type Plan,
  type StoredLink,
} from './message.ts';
export { Messages } from './messages.ts';
export { migrations } from './migration.ts';
export {
  defaultSettings,
  openSenders,
  type HeldMail,
  type MessageOutcome,
  type MessageParts,
  type MessageSettings,
  type RunPlace,
} from './part.ts';
export { bounceWeights, type Said } from './heard.ts';
export { effectiveZone, isZone } from './quiet.ts';
export { renderMail, type Rendering, type RenderedMail, type RenderSetting } from './render.ts';
export { ImapIntake, type ImapPlace } from './imap.ts';
export { addressSecretOf, holdMail, mailStops, withdrawnStop, type MailStop } from './stop.ts';
export { openIntake, type Intake } from './intake.ts';
export type { Provider, Told } from './provider.ts';
export { inspectSmtp, type SmtpFacts } from './inspect-smtp.ts';
export { judgeResult, type SendResult } from './result.ts';
export { Sending, judgeHome, type FreezeCause, type Remembered, type SendingState } from './sending.ts';
export type {
  LedgerDoubt,
  LedgerFilter,
  LedgerLine,
  LedgerMessage,
  LedgerReason,
  LedgerStory,
} from './table-ledger.ts';
export { SmtpTransport, type SmtpOptions } from './transport-smtp.ts';
export { duesBy, emptyLedger, endsOf, type MessageEnd } from './table-report.ts';
export { Counts, type FunnelHeard, type FunnelStates, type MessageCounts } from './counts.ts';
export { openingKinds, type OpeningKind } from './table-heard.ts';
export { funnelGroups, type FunnelGroup, type FunnelQuery } from './table-tally.ts';
export { requiredOf, TemplateDocument, type Block } from './block.ts';
export type { Difference } from './difference.ts';
export type { MailFinding } from './finding.ts';
export { fixedLinks } from './inspect-link.ts';
export { lookOver, type Gathered, type GatheredKind } from './look.ts';
export type { LivePicture } from './live-pictures.ts';
export type { Mirror } from './mirror.ts';
export { componentOf, documentOf, themeOf } from './document.ts';
export { specimen } from './recipe.ts';
export { goldenKeys, goldenOf, type Golden, type GoldenKey } from './golden.ts';
export { valueAt } from './fresh.ts';
export type { TemplateLine, TemplateRow } from './table-template.ts';
export { revisionOf } from './revision.ts';
export type { Templates } from './template.ts';
export { CouponPool, type CouponPools, type PoolView } from './coupon.ts';
export { ComponentDocument, itemOf, type PartBlock } from './component.ts';
export { specimenOf, type ComponentShelf, type ComponentView } from './components.ts';
export { dkimRecord, Sender, type Brand } from './sender.ts';
export type { Senders, SenderView } from './senders.ts';
export { isScope, type SuppressionScope } from './table-gate.ts';
export { faintPairs, shopTheme, Theme } from './theme.ts';
export { openWay } from './transport-choice.ts';
export { signedHeaders } from './transport-provider.ts';
export { CapturingTransport, type Deliver, type MailContent, type Transport, type WireMail } from './transport.ts';
export { composeMail } from './mime.ts';
export { signMail } from './dkim.ts';
export { readVerp, verpAddress } from './verp.ts';
export { masked, type ClickTarget, type UnsubscribePage } from './unsubscribe.ts';
