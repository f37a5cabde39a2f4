/**
 * alert — who must know: what is wrong, told once, and told when it is over.
 *
 * In:     troubles that somebody found, again and again while they last
 * Out:    notices by mail and by signed webhook; what is wrong now
 * Owns:   tables alert, alert_notice, alert_setting · jobs alert.webhook
 * Knows:  base, store, job
 * Never:  looks for troubles itself; knows whose mails, journeys or feeds they are about
 * Start:  alert.ts (pure), then alerts.ts (keeps and tells)
 */
export { alertKinds, type AlertKind, type Notice, type Trouble } from './alert.ts';
export { Alerts, type AlertSettings, type AlertView, type GivenSettings, type OwnerMail } from './alerts.ts';
export { migrations } from './table.ts';
