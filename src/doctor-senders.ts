import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SystemClock, SystemRandom } from './base/index.ts';
import type { Finding } from './doctor.ts';
import { examineSender, type MailWorld } from './doctor-mail.ts';
import { mailSettings } from './mailing.ts';
import { homeKey, openSenders } from './message/index.ts';
import type { GivenSettings } from './settings.ts';
import { findSecret, openStore, type Store } from './store/index.ts';

/** Looks at each sender besides that of the settings, as `beckon doctor --mail` looks at that one. Reads only. */
export async function examineSenders(
  settings: GivenSettings & { secret: string },
  store: Store,
  world: MailWorld,
): Promise<Finding[]> {
  const senders = openSenders({
    ...mailSettings(settings),
    store,
    clock: new SystemClock(),
    random: new SystemRandom(),
    catalog: { get: () => undefined },
  });
  const found: Finding[] = [];
  for (const [key, brand] of await senders.brands()) {
    if (key === homeKey) continue;
    const way = brand.way === null ? settings.smtpUrl : settings.ways?.[brand.way];
    if (way === undefined) {
      const what = `Sender ${key}: its way out "${brand.way}" is not set, so its mails wait`;
      found.push({ level: 'fail', what, mend: 'Name it in BECKON_WAYS, or let the sender choose another' });
      continue;
    }
    for (const one of await examineSender(brand, world, way))
      found.push({ ...one, what: `Sender ${key}: ${one.what}` });
  }
  return found;
}

/** The same in the database that is set. One inside Beckon is held by it while it runs, so there the studio looks. */
export async function examineStored(settings: GivenSettings, world: MailWorld): Promise<Finding[]> {
  const { databaseUrl, dataDir } = settings;
  if (databaseUrl === null) {
    const what = 'Senders besides that of the settings are looked at by GET /v1/senders/{key}/check, and in the studio';
    return [{ level: 'ok', what }];
  }
  if (settings.secret === null && !existsSync(join(dataDir, 'secret'))) {
    const what =
      'Senders besides that of the settings were not looked at: their keys are sealed, and no secret is known';
    return [{ level: 'warn', what, mend: 'Set BECKON_SECRET, or name the data folder with --data' }];
  }
  const store = await openStore(databaseUrl, { connections: 1 });
  try {
    const { secret } = findSecret(settings.secret, dataDir);
    return await examineSenders({ ...settings, secret }, store, world);
  } catch (error) {
    const what = `Senders besides that of the settings were not looked at: ${(error as Error).message}`;
    return [{ level: 'warn', what, mend: 'See what is said of the database above, and run beckon migrate' }];
  } finally {
    await store.close();
  }
}
