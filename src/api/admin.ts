import type { FastifyInstance } from 'fastify';
import { BeckonError } from '../base/index.ts';
import { audienceDoors } from './admin-audience.ts';
import { activityDoors, offerDoors } from './admin-activity.ts';
import { downloadDoors } from './download-lists.ts';
import { designDoors } from './admin-design.ts';
import { audienceFileDoors } from './audience-file.ts';
import { identityDoors } from './admin-identity.ts';
import { criterionDoors } from './admin-criterion.ts';
import { contactDoors } from './admin-contact.ts';
import { feedDoors } from './admin-feed.ts';
import { formDoors } from './admin-form.ts';
import { importDoors } from './admin-import.ts';
import { intakeDoors } from './admin-intake.ts';
import { journeyDoors } from './admin-journey.ts';
import { languageDoors } from './admin-language.ts';
import { peopleDoors } from './admin-people.ts';
import { privacyDoors } from './admin-privacy.ts';
import { profileDoors } from './admin-profile.ts';
import { recommendDoors } from './admin-recommend.ts';
import { ruleDoors } from './admin-rule.ts';
import { settingsDoors } from './admin-settings.ts';
import { watchDoors } from './admin-watch.ts';
import { webhookDoors } from './admin-webhook.ts';
import { doors, furnish } from './door.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';

/** All of `/v1`. */
export async function adminRoutes(app: FastifyInstance, { house }: { house: House }): Promise<void> {
  furnish(app, house);
  const make = doors(app, house);
  intakeDoors(make, house);
  profileDoors(app, house);
  identityDoors(make, house);
  peopleDoors(make, house);
  privacyDoors(make, house);
  journeyDoors(make, house);
  languageDoors(make);
  recommendDoors(make, house);
  criterionDoors(make, house);
  designDoors(make, house);
  offerDoors(make, house);
  activityDoors(make, house);
  ruleDoors(make, house);
  settingsDoors(make, house);
  webhookDoors(make, house);
  formDoors(make, house);
  watchDoors(make, house);
  importDoors(make, app, house);
  feedDoors(make, app, house);
  contactDoors(app, house);
  audienceDoors(make, house);
  audienceFileDoors(app, house);
  downloadDoors(app, house);
  app.setNotFoundHandler((request) => {
    throw new BeckonError(errors.API_NOT_FOUND, `There is no door ${request.method} ${request.url.split('?', 1)[0]}`);
  });
}
