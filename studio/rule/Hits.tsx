import './rule.css';
import { Button, TagsInput } from '@mantine/core';
import { IconFilter } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { PreviewItem, PromotionInput } from '../../src/api/contract-rule.ts';
import { ItemSelect, PersonSelect } from '../recommend/ItemSelect.tsx';
import { Panel, Picture } from '../ui/Page.tsx';
import { capital } from '../ui/format.ts';
import { Empty, ProblemNote, Rows } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import { type Effects, type RuleKind, type Whom, promotionPreview, shownHits } from './query.ts';

/** What the rules leave or take out: the sentence with its numbers, and the first items. */
export function Hits({ kind, effects }: { kind: Exclude<RuleKind, 'promotions'>; effects: Effects }) {
  const { say } = useVoice();
  const { data, error, isAsked } = effects;
  if (error) return <ProblemNote error={error} />;
  if (!isAsked) {
    return (
      <Panel>
        <Empty title={say('rule.noHits')} says={say('rule.noHitsSays')} icon={<IconFilter stroke={1.5} />} />
      </Panel>
    );
  }
  if (!data) {
    return (
      <Panel>
        <Rows count={6} height={32} />
      </Panel>
    );
  }
  const dynamic = data.rules.some((one) => one.dynamic);
  const count = kind === 'exclusions' ? data.leaves.asExclusion : data.matches;
  const words = dynamic ? say('rule.leavesHere', { count, of: data.of }) : say('rule.leaves', { count, of: data.of });
  return (
    <Panel
      title={capital(words)}
      aside={<span className="quiet">{kind === 'exclusions' && say('rule.takesOut', { count: data.matches })}</span>}
    >
      <Share share={data.of === 0 ? 0 : count / data.of} />
      {kind === 'exclusions' && data.matches > 0 && <p className="quiet">{say('rule.takenOut')}</p>}
      {data.matches === 0 && <p>{say('rule.hitsNothing')}</p>}
      <ItemTiles items={data.items} />
      {data.matches > data.items.length && (
        <p className="quiet">{say('rule.hitsMore', { count: data.matches - data.items.length })}</p>
      )}
    </Panel>
  );
}

/** A share as a bar; its number stands in the words above. */
function Share({ share }: { share: number }) {
  return (
    <span className="share-bar" aria-hidden="true">
      <span style={{ width: `${share * 100}%` }} />
    </span>
  );
}

/** What a promotion would show, in its order, as if it ran now. */
export function Promoted({ input, whom, ready }: { input: PromotionInput; whom: Whom; ready: boolean }) {
  const { say } = useVoice();
  const { data, error } = useQuery({ ...promotionPreview(input, whom), enabled: ready });
  if (!ready) {
    return (
      <Panel>
        <Empty title={say('rule.noHits')} says={say('rule.noPromotedSays')} icon={<IconFilter stroke={1.5} />} />
      </Panel>
    );
  }
  if (error) return null; // it stands at its field
  if (!data) {
    return (
      <Panel>
        <Rows count={6} height={32} />
      </Panel>
    );
  }
  const places = data.front + data.back;
  const used = Math.min(places, data.items.length);
  return (
    <Panel
      title={say('rule.promotes', { count: used, places })}
      aside={<span className="quiet">{say('rule.promotesOf', { count: data.items.length })}</span>}
    >
      <p className="quiet">{say('rule.promotedSays')}</p>
      <ItemTiles items={data.items} bright={places} />
    </Panel>
  );
}

/** Items as small tiles that lead to their pages; those beyond `bright` stand back. */
export function ItemTiles({ items, bright = shownHits }: { items: readonly PreviewItem[]; bright?: number }) {
  const { say, money } = useVoice();
  if (items.length === 0) return null;
  return (
    <ul className="hit-tiles">
      {items.map(({ id, name, imageUrl, price, currency, inStock }, place) => (
        <li key={id} className={place < bright ? undefined : 'hit-back'}>
          <Link to="/catalogue/$id" params={{ id }} className="hit-tile">
            <Picture url={imageUrl} name={name} size={72} />
            <span className="hit-name">{name}</span>
            <span className="quiet">
              {price !== null && currency !== null ? money({ amount: price, currency }) : '–'}
              {!inStock && ` · ${say('item.soldOut')}`}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** For whom rules are tried, where they hang on who asks. */
export function WhomFields({ whom, put }: { whom: Whom; put: (change: Whom) => void }) {
  const { say } = useVoice();
  const isSaid = whom.item !== undefined || whom.person !== undefined || (whom.parameters?.length ?? 0) > 0;
  const [open, setOpen] = useState(isSaid);
  if (!open) {
    return (
      <Button size="xs" variant="default" className="fits" onClick={() => setOpen(true)}>
        {say('rule.forWhom')}
      </Button>
    );
  }
  return (
    <Panel title={say('rule.forWhom')}>
      <div className="ask-form">
        <ItemSelect
          label={say('preview.item')}
          description={say('rule.keyItemSays')}
          chosen={whom.item ?? null}
          onChoose={(item) => put({ item: item ?? undefined })}
        />
        <PersonSelect chosen={whom.person ?? null} onChoose={(person) => put({ person: person ?? undefined })} />
        <TagsInput
          label={say('rule.parameters')}
          description={say('rule.parametersSays')}
          inputWrapperOrder={['label', 'input', 'description']}
          placeholder={whom.parameters?.length ? undefined : 'page.type=product'}
          value={[...(whom.parameters ?? [])]}
          acceptValueOnBlur
          onChange={(parameters) => put({ parameters: parameters.length === 0 ? undefined : parameters })}
        />
      </div>
    </Panel>
  );
}
