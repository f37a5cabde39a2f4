import { Button, CloseButton } from '@mantine/core';
import { useState } from 'react';
import type { JourneyDetail } from '../../src/api/contract.ts';
import { Fields, Kinds } from '../form/Fields.tsx';
import { FormContext } from '../form/form.ts';
import { type Place, type Raw, kindOf as schemaKind, placeName } from '../form/schema.ts';
import { useVoice } from '../ui/voice.tsx';
import { ActionTest } from './ActionTest.tsx';
import { KindIcon } from './KindIcon.tsx';
import { RecommendFields, callFields } from './RecommendFields.tsx';
import { asksToRecommend } from './asks.ts';
import { Secrets } from './Secrets.tsx';
import type { JourneyDocument } from './document.ts';
import type { Editing } from './editing.ts';
import { useKnown, useParts, usePicks } from './known.ts';
import { entryId, kindOf, sentenceOf } from './sentence.ts';

interface EditPanelProps {
  detail: JourneyDetail;
  editing: Editing;
  document: JourneyDocument;
  id: string;
  /** Null: it cannot be taken out. */
  onRemove: (() => void) | null;
  onCopy: () => void;
  onClose: () => void;
}

/** What is seldom set stands behind “More”. */
const seldom: Readonly<Record<string, readonly string[]>> = {
  event: ['each', 'onRepeat'],
  audience: ['when', 'zone', 'until', 'incremental', 'inside', 'waves', 'rate'],
  business: ['each', 'key', 'rate'],
  wait: ['until', 'best', 'days'],
  action: [
    'answer',
    'responseSchema',
    'responseSample',
    'errorSchema',
    'errorSample',
    'batch',
    'sign',
    'token',
    'consent',
    'nulls',
    'timeout',
    'retries',
    'backOff',
    'deadline',
    'service',
    'rate',
    'cache',
  ],
  message: ['addressWithin'],
};

/** The chosen activity, or the entry, as a form. */
export function EditPanel(props: EditPanelProps) {
  const { detail, editing, document, id, onRemove, onCopy, onClose } = props;
  const { say } = useVoice();
  const [hasCopied, setCopied] = useState(false);
  const { now } = editing;
  const isEntry = id === entryId && !now.activities[id];
  const raw = isEntry ? ((now['entry'] ?? {}) as Raw) : now.activities[id]!;
  const kind = String(raw['kind']);
  const word = isEntry ? say('kind.entry') : say(`activity.${kind}` as 'activity.wait');
  return (
    <section className={`activity kind-${kindOf(document, id)}`} aria-label={word}>
      <div className="activity-head">
        <span className="activity-kind">
          <KindIcon kind={kindOf(document, id)} />
          {word}
        </span>
        <CloseButton aria-label={say('journey.close', { name: word })} onClick={onClose} />
      </div>
      <h2>{sentenceOf(document, id, say)}</h2>
      <Form journeyKey={detail.key} editing={editing} document={document} id={id} isEntry={isEntry} raw={raw} />
      <div className="edit-foot">
        {kind === 'action' && <Tools detail={detail} id={id} action={raw} isSound={editing.isSound} />}
        {!isEntry && (
          <div className="actions">
            <Button variant="default" disabled={onRemove === null} onClick={() => onRemove?.()}>
              {say('edit.remove')}
            </Button>
            {kind !== 'end' && (
              <Button
                variant="default"
                onClick={() => {
                  onCopy();
                  setCopied(true);
                }}
              >
                {say('edit.copy')}
              </Button>
            )}
          </div>
        )}
        <p className="quiet" role="status">
          {hasCopied && say('edit.copied')}
        </p>
        {!isEntry && onRemove === null && <p className="quiet">{say('edit.onlyEnd')}</p>}
      </div>
    </section>
  );
}

interface FormProps {
  journeyKey: string;
  editing: Editing;
  document: JourneyDocument;
  id: string;
  isEntry: boolean;
  raw: Raw;
}

function Form({ journeyKey, editing, document, id, isEntry, raw }: FormProps) {
  const known = useKnown(document, editing.messages);
  const picks = usePicks(journeyKey);
  const parts = useParts();
  if (!parts) return null;
  const { now, change, faults, onUnread } = editing;
  const at: Place = isEntry ? ['entry'] : ['activities', id];
  const put = (next: Raw, place: Place) => {
    const changed = isEntry ? { ...now, entry: next } : { ...now, activities: { ...now.activities, [id]: next } };
    change(changed, placeName([...at, ...place]));
  };
  const kind = String(raw['kind']);
  const asks = !isEntry && asksToRecommend(raw);
  const schema = schemaKind(parts.activity, raw);
  const frame = {
    of: isEntry ? 'entry' : kind,
    at,
    faults: faults.byPlace,
    known,
    closed: ['message'],
    picks,
    onUnread,
  };
  return (
    <FormContext value={frame}>
      {isEntry ? (
        <Kinds
          schema={parts.entry}
          value={raw}
          place={[]}
          optional={false}
          more={seldom}
          onChange={(next, place) => put(next as Raw, place)}
        />
      ) : (
        schema && (
          <>
            {asks && <RecommendFields action={raw} onChange={(next) => put(next, ['body'])} />}
            <Fields
              schema={schema}
              value={raw}
              place={[]}
              more={['note', ...(asks ? callFields : []), ...(seldom[kind] ?? [])]}
              onChange={put}
            />
          </>
        )
      )}
    </FormContext>
  );
}

/** Sends a test of the action as it stands in the form, and keeps what it names as secrets. */
function Tools(props: { detail: JourneyDetail; id: string; action: Raw; isSound: boolean }) {
  const { say } = useVoice();
  const { detail, id, action, isSound } = props;
  const [tests, setTests] = useState(false);
  return (
    <>
      <Button variant="default" aria-expanded={tests} onClick={() => setTests(!tests)}>
        {say('action.test')}
      </Button>
      {tests && <ActionTest journeyKey={detail.key} activity={id} action={isSound ? action : null} />}
      <Secrets />
    </>
  );
}
