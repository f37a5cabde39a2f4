import { Button, Switch, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { PromotionInput } from '../../src/api/contract-rule.ts';
import { isKeyForm, keyOf } from '../audience/rule.ts';
import { Panel } from '../ui/Page.tsx';
import { ProblemNote } from '../ui/State.tsx';
import { elsewhere, faultAt } from '../ui/fault.ts';
import { KeyField } from '../ui/KeyField.tsx';
import { useSaving } from '../ui/thing.tsx';
import { useVoice } from '../ui/voice.tsx';
import { type Content, contentOf, inputOf, isReady } from './draft.ts';
import { Hits, Promoted, WhomFields } from './Hits.tsx';
import { PromotionFields, promotionFaults } from './PromotionFields.tsx';
import { type AnyView, type RuleKind, definitions, promotionPreview, shownHits, useEffects } from './query.ts';
import { useRulePlace } from './Kept.tsx';
import { RuleRows } from './RuleRows.tsx';
import { useWhom } from './whom.ts';

interface Props {
  kind: RuleKind;
  known: AnyView | null;
  begin: Content;
}

/** Makes or changes one: the form at the left, at the right what it does, before anything is saved. */
export function RuleForm({ kind, known, begin }: Props) {
  const { say } = useVoice();
  const { whom, put } = useWhom();
  const [draft, setDraft] = useState(begin);
  const [ownKey, setOwnKey] = useState<string | null>(null);
  const key = known?.key ?? ownKey ?? keyOf(draft.name);
  const taken = useQuery(definitions(kind)).data?.some((one) => one.key === key) === true && known === null;
  const effects = useEffects(draft.rules, whom, shownHits);
  const before = known === null ? null : inputOf(kind, contentOf(known));
  const save = useSaving<Record<string, unknown>, AnyView>(useRulePlace(kind), key, before);
  const tried = useTriedPromotion(kind, draft);
  const promotionError = useQuery({
    ...promotionPreview(tried.input, whom),
    enabled: kind === 'promotions' && tried.ready,
  }).error;
  const isSame = JSON.stringify(inputOf(kind, draft)) === JSON.stringify(inputOf(kind, begin));
  const ready = isReady(kind, draft) && isKeyForm(key) && !taken && !(known !== null && isSame);
  const fault = (...fields: string[]) => faultAt(save.error, ...fields) ?? faultAt(promotionError, ...fields);
  return (
    <div className="criterion-edit">
      <Panel title={say(`shelf.${kind}.panel`)}>
        <form
          className="stack-form"
          onSubmit={(event) => {
            event.preventDefault();
            if (ready) save.mutate(inputOf(kind, draft));
          }}
        >
          <TextInput
            label={say('form.name')}
            value={draft.name}
            maxLength={250}
            error={fault('name')}
            onChange={(event) => setDraft({ ...draft, name: event.currentTarget.value })}
          />
          {!known && <KeyField value={key} taken={taken} says={say('rule.keyHint')} onChange={setOwnKey} />}
          <TextInput
            label={say('form.description')}
            value={draft.description}
            maxLength={1000}
            error={fault('description')}
            onChange={(event) => setDraft({ ...draft, description: event.currentTarget.value })}
          />
          {kind !== 'collections' && (
            <Switch
              label={say(`shelf.${kind}.on`)}
              checked={draft.on}
              onChange={(event) => setDraft({ ...draft, on: event.currentTarget.checked })}
            />
          )}
          {kind === 'promotions' && <PromotionFields draft={draft} fault={fault} onChange={setDraft} />}
          {draft.ids === null && (
            <fieldset className="fields">
              <legend>{say(`shelf.${kind}.rules`)}</legend>
              <RuleRows rules={draft.rules} effects={effects} onChange={(rules) => setDraft({ ...draft, rules })} />
            </fieldset>
          )}
          <SaveError error={elsewhere(save.error, 'name', 'description', ...promotionFaults)} />
          <div className="actions">
            <Button type="submit" loading={save.isPending} disabled={!ready}>
              {say('audience.save')}
            </Button>
            <span className="quiet" role="status">
              {known !== null && isSame && say('rule.asKept')}
            </span>
          </div>
        </form>
      </Panel>
      <div className="criterion-try">
        {kind === 'promotions' ? (
          <Promoted input={tried.input} whom={whom} ready={tried.ready} />
        ) : (
          <Hits kind={kind} effects={effects} />
        )}
        <WhomFields whom={whom} put={put} />
      </div>
    </div>
  );
}

function SaveError({ error }: { error: unknown }) {
  return error ? <ProblemNote error={error} /> : null;
}

/** The promotion as it is tried, a moment after it was last changed. */
function useTriedPromotion(kind: RuleKind, draft: Content): { input: PromotionInput; ready: boolean } {
  const { say } = useVoice();
  const named = { ...draft, name: draft.name.trim() === '' ? say('form.unnamed') : draft.name };
  const [settled] = useDebouncedValue(JSON.stringify(named), 400);
  const content = JSON.parse(settled) as Content;
  return {
    input: inputOf('promotions', content) as PromotionInput,
    ready: kind === 'promotions' && isReady(kind, content),
  };
}
