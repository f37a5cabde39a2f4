/**
 * api — HTTP in and out: edge, delivery, /v1, tracking links, studio session, pages.
 *
 * In:     requests of browsers, shops and the studio
 * Out:    events to the log; answers in Adobe's and our own shapes; errors with a code and a mend
 * Owns:   tables api_key, webhook, webhook_delivery, webhook_newest, webhook_order, webhook_request, form, sign_up, sign_up_address · all wire formats · contract.ts, the one file the outside may know
 * Knows:  base, store, job, language, event, profile, catalog, recommend, journey, message, measure, alert, team
 * Never:  decides what a room decides; believes a browser's word about somebody else
 * Start:  server.ts, house.ts, then edge.ts
 */
export { audienceDoor } from './audience-door.ts';
export * from './house.ts';
export type { TemplateDoor, Whom } from './house-mail.ts';
export type * from './contract.ts';
export type { ActionTrial, SecretRow, ServiceState } from './contract-action.ts';
export type { JourneyVersion, StuckList } from './contract-journey.ts';
export type { TemplatePreview } from './contract-message.ts';
export { Forms } from './forms.ts';
export { askingKey, Keys, keyText, type Admitted } from './keys.ts';
export { personOf } from './person.ts';
export { routesOf } from './guard.ts';
export { buildServer } from './server.ts';
export { MailSources } from './mail-sources.ts';
export type { HouseNumber } from './metrics.ts';
export { migrations } from './table.ts';
export { emptySignUps } from './table-form.ts';
export { Webhooks } from './webhooks.ts';
export { Outlet } from './outlet.ts';
export { doorGroups, groupOf } from './serving.ts';
