import { Type, type TSchema } from 'typebox';
import { BeckonError, durationMs, isUuid } from '../base/index.ts';
import { AdvanceReport, ClockView, InstallationView, Mail, MailRow, Overview } from './contract.ts';
import { AdvanceRequest, DatastreamInput, DatastreamView, KeyInput, KeyView, NewKey } from './contract-in.ts';
import type { Datastream } from '../event/index.ts';
import type { Door } from './door.ts';
import { checkScopes } from './edge-scope.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;

/** Doors to the house itself: overview, clock, mailbox, datastreams, keys. */
export function settingsDoors(make: Make, house: House): void {
  make({
    method: 'GET',
    path: '/overview',
    scope: 'read',
    summary: 'The first line of the studio.',
    answer: Overview,
    work: () => house.overview(),
  });
  make({
    method: 'GET',
    path: '/installation',
    scope: 'settings',
    summary: 'How this installation is set up: every setting as it is in force, without what is secret.',
    answer: InstallationView,
    work: async () => ({ version: house.settings.version, settings: house.installed() }),
  });
  clockDoors(make, house);
  mailboxDoors(make, house);
  datastreamDoors(make, house);
  keyDoors(make, house);
}

function clockDoors(make: Make, house: House): void {
  make({
    method: 'GET',
    path: '/clock',
    scope: 'read',
    summary: 'Business time, what falls due next, what is held and why.',
    answer: ClockView,
    work: () => house.time.view(),
  });
  make({
    method: 'POST',
    path: '/clock/advance',
    scope: 'clock',
    summary: 'Move business time on, from due time to due time. Answers when all that fell due is done.',
    body: AdvanceRequest,
    answer: AdvanceReport,
    work: async (call) => {
      if (!house.time.advance) throw new BeckonError(errors.API_CLOCK_FIXED, "Business time is the machine's time");
      const by = durationMs(call.body.by);
      if (by <= 0) throw new BeckonError(errors.API_INPUT_INVALID, `"${call.body.by}" moves nothing`, { where: 'by' });
      return house.time.advance(by);
    },
  });
}

function mailboxDoors(make: Make, house: House): void {
  const mailbox = () => {
    if (house.mailbox) return house.mailbox;
    throw new BeckonError(errors.API_MAILBOX_ABSENT, 'Mail leaves by SMTP here; there is no mailbox to read');
  };
  make({
    method: 'GET',
    path: '/mailbox',
    scope: 'people',
    summary: 'Mails in the built-in mailbox, newest first.',
    answer: Type.Array(MailRow),
    work: () => mailbox().list(),
  });
  make({
    method: 'GET',
    path: '/mailbox/:id',
    scope: 'people',
    summary: 'One mail as it arrived.',
    answer: Mail,
    work: async (call) => {
      const mail = await mailbox().get(call.part('id'));
      if (mail) return mail;
      throw new BeckonError(errors.API_NOT_FOUND, `There is no mail "${call.part('id')}"`);
    },
  });
}

function datastreamDoors(make: Make, house: House): void {
  make({
    method: 'GET',
    path: '/datastreams',
    scope: 'read',
    summary: 'The places events come from.',
    answer: Type.Object({ datastreams: Type.Array(DatastreamView) }),
    work: async () => ({ datastreams: house.events.datastreams().map(shownStream) }),
  });
  make({
    method: 'GET',
    path: '/datastreams/:id',
    scope: 'read',
    summary: 'One datastream.',
    answer: DatastreamView,
    work: async (call) => {
      const datastream = house.events.datastream(call.part('id'));
      if (datastream) return shownStream(datastream);
      throw new BeckonError(errors.API_NOT_FOUND, `There is no datastream "${call.part('id')}"`);
    },
  });
  make({
    method: 'PUT',
    path: '/datastreams/:id',
    scope: 'settings',
    summary: 'Make or change a datastream; fields that are not given keep their value.',
    body: DatastreamInput,
    answer: DatastreamView,
    work: async (call) => {
      const id = call.part('id');
      if (!/^[A-Za-z0-9._-]{1,64}$/.test(id)) {
        throw new BeckonError(errors.API_INPUT_INVALID, `"${id}" cannot be a datastream id: letters, digits, . _ -`);
      }
      const before = house.events.datastream(id);
      const usual = { name: id, orgId: null, allowedOrigins: [], fpidCookie: null };
      const datastream = { ...usual, ...before, ...call.body, id };
      checkScopes(datastream, house);
      await house.events.putDatastream(datastream);
      return shownStream(datastream);
    },
  });
}

/** With its scopes, also where it has none. */
function shownStream(datastream: Datastream): Datastream {
  return { ...datastream, scopes: datastream.scopes ?? {}, surfaces: datastream.surfaces ?? {} };
}

function keyDoors(make: Make, house: House): void {
  make({
    method: 'GET',
    path: '/keys',
    scope: '*',
    summary: 'Keys in force, without their text.',
    answer: Type.Object({ keys: Type.Array(KeyView) }),
    work: async () => ({ keys: await house.keys.list() }),
  });
  make({
    method: 'POST',
    path: '/keys',
    scope: '*',
    summary: 'Make a key. Its text is in this answer only.',
    body: KeyInput,
    answer: NewKey,
    work: (call) => {
      const { kind, name, scopes, datastream = null } = call.body;
      assertDatastream(datastream, kind, house);
      return house.keys.make({ kind, name: name ?? kind, scopes: scopes ?? ['*'], datastream });
    },
  });
  make({
    method: 'DELETE',
    path: '/keys/:id',
    scope: '*',
    summary: 'Revoke a key, at once.',
    answer: Type.Object({ revoked: Type.Boolean() }),
    work: async (call) => {
      const id = call.part('id');
      if (isUuid(id) && (await house.keys.revoke(id))) return { revoked: true };
      throw new BeckonError(errors.API_NOT_FOUND, `There is no key "${id}" in force`);
    },
  });
  make({
    method: 'POST',
    path: '/keys/:id/restore',
    scope: '*',
    summary: 'Take the revoking of a key back, within a minute.',
    answer: Type.Object({ restored: Type.Boolean() }),
    work: async (call) => {
      const id = call.part('id');
      if (isUuid(id) && (await house.keys.restore(id))) return { restored: true };
      throw new BeckonError(errors.API_NOT_FOUND, `There is no key "${id}" that was revoked within the last minute`);
    },
  });
}

function assertDatastream(datastream: string | null, kind: string, house: House): void {
  if (datastream === null || (kind === 'publishable' && house.events.datastream(datastream))) return;
  const why = kind === 'publishable' ? 'does not exist' : 'cannot be named by a secret key, which is bound to none';
  throw new BeckonError(errors.API_INPUT_INVALID, `Datastream "${datastream}" ${why}`, { where: 'datastream' });
}
