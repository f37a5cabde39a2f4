import type { Rooms } from './app.ts';
import { recipes } from './journey/index.ts';

/** Without the demo: one datastream, and the recipes as drafts. */
export async function prepareBare(rooms: Rooms): Promise<void> {
  if (rooms.events.datastreams().length === 0) {
    await rooms.events.putDatastream({
      id: 'default',
      name: 'Default',
      orgId: null,
      allowedOrigins: [],
      fpidCookie: null,
    });
  }
  for (const recipe of recipes()) {
    if (!rooms.journeys.list().some(({ key }) => key === recipe.key)) await rooms.journeys.put(recipe);
  }
}
