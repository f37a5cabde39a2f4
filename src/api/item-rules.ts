import type { Definition, Item, RuleBook, RuleContext } from '../catalog/index.ts';
import { inStock, keyOfRequest } from '../catalog/index.ts';
import type { ItemPage } from './contract-item.ts';
import type { House } from './house.ts';

type Concerns = Pick<ItemPage, 'hiddenBy' | 'collections' | 'promotions'>;

/** Which collections, exclusions and promotions an item is among, asked of the engine that answers use; for nobody known. */
export function rulesAbout(
  item: Item,
  { environment, house: { rules, clock } }: { environment: string | null; house: House },
): Concerns {
  const stock = !inStock(item);
  if (rules === null) return { hiddenBy: { stock, exclusions: [] }, collections: [], promotions: [] };
  const context = { key: keyOfRequest(null, {}), request: {}, profile: {}, now: clock.now(), environment };
  const named = (one: Definition) => ({
    key: one.key,
    name: one.name,
    dynamic: rules.sizeOf(one, environment) === null,
  });
  const among = <D extends Definition>(all: D[], holds: (one: D) => boolean) => all.filter(holds).map(named);
  const { definitions } = rules;
  const passes = (one: Pick<Definition, 'rules'>) => allHold(item, one.rules, { rules, context });
  return {
    hiddenBy: { stock, exclusions: among(definitions.list('exclusion'), (one) => one.on && passes(one)) },
    collections: among(definitions.list('collection'), passes),
    promotions: among(definitions.list('promotion'), (one) => {
      if (one.ids !== null) return one.ids.includes(item.id);
      const within = one.collection === null || rules.bindCollection(one.collection, context).accepts(item);
      return within && passes(one);
    }),
  };
}

function allHold(
  item: Item,
  asked: Definition['rules'],
  { rules, context }: { rules: RuleBook; context: RuleContext },
): boolean {
  const bound = rules.bindInclusion(asked, context);
  return bound !== 'nothing' && bound.every((rule) => rule.accepts(item));
}
