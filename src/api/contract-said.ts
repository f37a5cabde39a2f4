/** Sentences of ours on the wire: the English text beside what it says, for whoever tells it in another language. */
import { Type, type Static } from 'typebox';

export const Said = Type.Object(
  {
    code: Type.String({ description: 'Which sentence it is' }),
    values: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()]), {
      description: 'What stands in it',
    }),
  },
  { description: 'The same sentence by its code and values, to be told in another language' },
);
export type Said = Static<typeof Said>;
