import { Type, type TSchema } from 'typebox';
import { BeckonError } from '../base/index.ts';
import { TopicInput, TopicView } from './contract-mail.ts';
import type { Door } from './door.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;

/** Doors to what the mails are about, for their readers to choose from. */
export function topicDoors(make: Make, house: House): void {
  make({
    method: 'GET',
    path: '/topics',
    scope: 'read',
    summary: 'What the mails are about: on the preference page each can be left out.',
    answer: Type.Object({ topics: Type.Array(TopicView) }),
    work: async () => ({ topics: await house.messages.topics() }),
  });
  make({
    method: 'PUT',
    path: '/topics/:key',
    scope: 'journeys',
    summary: 'Make or change a topic, and say which journeys’ mails belong to it.',
    body: TopicInput,
    answer: TopicView,
    work: async (call) => {
      const key = call.part('key');
      if (!/^[A-Za-z0-9._-]{1,64}$/.test(key))
        throw new BeckonError(
          errors.API_INPUT_INVALID,
          `"${key}" cannot be the key of a topic: letters, digits, . _ -`,
        );
      const { name, about = {}, journeys, place = 0 } = call.body;
      const topic = { key, name, about, journeys, place };
      await house.messages.putTopic(topic);
      return topic;
    },
  });
  make({
    method: 'DELETE',
    path: '/topics/:key',
    scope: 'journeys',
    summary: 'Take a topic away; whoever had left it out gets its mails again.',
    answer: Type.Object({ removed: Type.Boolean() }),
    work: async (call) => {
      if (await house.messages.removeTopic(call.part('key'))) return { removed: true };
      throw new BeckonError(errors.API_NOT_FOUND, `There is no topic "${call.part('key')}"`);
    },
  });
}
