import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { DesignInput } from '../../src/api/contract-design.ts';
import { CriterionSelect } from '../recommend/fields.tsx';
import { ItemSelect, ItemsSelect, PersonSelect } from '../recommend/ItemSelect.tsx';
import { frameOf } from '../mailbox/frame.ts';
import { Panel } from '../ui/Page.tsx';
import { ProblemNote, Rows } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import { type Made, type Rendered, designPreview } from './query.ts';

/** What stands in the address of a design's page. */
export interface DesignSearch {
  criterion?: string | undefined;
  person?: string | undefined;
  item?: string | undefined;
  cart?: string | undefined;
}

/** The design made from real items, by a criterion, for somebody or nobody. */
export function DesignPreview({ draft }: { draft: DesignInput }) {
  const { say } = useVoice();
  const search: DesignSearch = useSearch({ from: '/designs/$key' });
  const navigate = useNavigate({ from: '/designs/$key' });
  const put = (change: DesignSearch) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true, resetScroll: false });
  const { criterion = 'popular', person, item, cart } = search;
  const made: Made = { criterion, person, item, cart: cart?.split(',').filter(Boolean) };
  const { data, error } = useQuery({ ...designPreview(draft, made), enabled: draft.script.trim() !== '' });
  return (
    <div className="criterion-try">
      <Panel
        title={say('designs.preview')}
        aside={<span className="quiet">{data && say('designs.made', { count: data.count })}</span>}
      >
        {error ? (
          <ProblemNote error={error} />
        ) : data ? (
          <Shown made={data} name={draft.name} />
        ) : (
          <Rows count={4} height={40} />
        )}
      </Panel>
      <Panel title={say('form.whom')}>
        <div className="ask-form">
          <CriterionSelect
            label={say('criteria.name')}
            value={criterion}
            onChange={(key) => put({ criterion: key === 'popular' ? undefined : key })}
          />
          <PersonSelect chosen={person ?? null} onChoose={(id) => put({ person: id ?? undefined })} />
          <ItemSelect
            label={say('preview.item')}
            description={say('preview.itemSays')}
            chosen={item ?? null}
            onChoose={(id) => put({ item: id ?? undefined })}
          />
          <ItemsSelect
            label={say('preview.cart')}
            description={say('preview.cartSays')}
            chosen={cart?.split(',').filter(Boolean) ?? []}
            onChoose={(ids) => put({ cart: ids.join(',') || undefined })}
          />
        </div>
      </Panel>
    </div>
  );
}

/** HTML as a page shows it, without its scripts; anything else as it is written. */
function Shown({ made, name }: { made: Rendered; name: string }) {
  const { say } = useVoice();
  if (made.type === 'html' && typeof made.content === 'string') {
    return (
      <iframe
        className="design-frame"
        title={say('designs.frame', { name })}
        sandbox=""
        referrerPolicy="no-referrer"
        srcDoc={frameOf(made.content, false)}
      />
    );
  }
  const text = typeof made.content === 'string' ? made.content : JSON.stringify(made.content, null, 2);
  return <pre className="raw">{text}</pre>;
}
