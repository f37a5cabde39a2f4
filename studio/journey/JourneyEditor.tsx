import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { IconArrowBackUp, IconArrowForwardUp } from '@tabler/icons-react';
import { useCallback, useMemo, useState } from 'react';
import type { JourneyDetail } from '../../src/api/contract.ts';
import { ask } from '../api/client.ts';
import type { Raw } from '../form/schema.ts';
import { PageHead } from '../ui/Page.tsx';
import { ProblemNote } from '../ui/State.tsx';
import { useUndo } from '../ui/undo.tsx';
import { May } from '../ui/May.tsx';
import { useVoice } from '../ui/voice.tsx';
import { type Say, recipeWords } from '../words/words.ts';
import { Written } from '../ui/Written.tsx';
import { Canvas, type CanvasEditing } from './Canvas.tsx';
import { EditPanel } from './EditPanel.tsx';
import { Publish } from './Publish.tsx';
import { SettingsPanel } from './SettingsPanel.tsx';
import { WrittenPanel } from './WrittenPanel.tsx';
import { readDocument } from './document.ts';
import { copyActivity, useCopied } from './copied.ts';
import {
  type Kind,
  type LineStart,
  connect,
  freshActivity,
  insert,
  mainWay,
  move,
  nextOf,
  pasted,
  remove,
} from './edit.ts';
import { type Editing, useEditing } from './editing.ts';
import { entryId, titleOf } from './sentence.ts';

interface JourneyEditorProps {
  detail: JourneyDetail;
  chosen: string | null;
  onChoose: (id: string | null) => void;
  onLeave: () => void;
}

/** A journey that is changed: the canvas with a sign for one more in each line, and the form of what is chosen beside it. */
export function JourneyEditor({ detail, chosen, onChoose, onLeave }: JourneyEditorProps) {
  const { say } = useVoice();
  const undo = useUndo();
  const editing = useEditing(detail);
  const { now, change, back } = editing;
  const written = JSON.stringify(now);
  const document = useMemo(() => readDocument(JSON.parse(written)), [written]);
  const [asJson, setAsJson] = useState(false);
  const tell = (says: string) => undo({ says, undo: () => Promise.resolve(back()) });
  const onCanvas = useCanvasEditing({ detail, editing, onChoose, tell });
  const takeOut = (id: string) => {
    const done = remove(now, id);
    if (!done) return;
    const name = titleOf(document, id, say);
    change(done.journey);
    onChoose(null);
    const count = done.taken.length - 1;
    tell(count > 0 ? say('edit.takenWith', { name, count }) : say('edit.taken', { name }));
  };
  const copy = (id: string) => now.activities[id] && copyActivity(now.activities[id]);
  useHotkeys([
    ['mod+Z', () => editing.back()],
    ['mod+shift+Z', () => editing.forth()],
    // A text that is marked is copied as ever.
    [
      'mod+C',
      () => chosen !== null && getSelection()?.isCollapsed !== false && copy(chosen),
      { preventDefault: false },
    ],
    ['mod+V', () => onCanvas.pasteAfter(chosen), { preventDefault: false }],
  ]);
  const isThere = chosen !== null && (chosen === entryId || now.activities[chosen] !== undefined);
  return (
    <div className="journey-page">
      <div className="journey-main">
        <EditHead detail={detail} editing={editing} document={document} onLeave={onLeave} />
        <Canvas
          document={document}
          counts={detail.counts}
          selected={isThere ? chosen : null}
          onSelect={onChoose}
          editing={onCanvas}
        />
      </div>
      <aside className="journey-aside">
        <div className="edit-view">
          <Written value={asJson} onChange={setAsJson} />
        </div>
        <Faults editing={editing} onChoose={onChoose} />
        {asJson ? (
          <WrittenPanel journeyKey={detail.key} editing={editing} />
        ) : isThere ? (
          <EditPanel
            key={chosen}
            detail={detail}
            editing={editing}
            document={document}
            id={chosen}
            onRemove={remove(now, chosen) ? () => takeOut(chosen) : null}
            onCopy={() => copy(chosen)}
            onClose={() => onChoose(null)}
          />
        ) : (
          <SettingsPanel editing={editing} document={document} />
        )}
      </aside>
    </div>
  );
}

/** What the canvas may do with the journey; each act is one step back. */
function useCanvasEditing(props: {
  detail: JourneyDetail;
  editing: Editing;
  onChoose: (id: string | null) => void;
  tell: (says: string) => void;
}): CanvasEditing & { pasteAfter: (id: string | null) => void } {
  const { say } = useVoice();
  const { detail, editing, onChoose, tell } = props;
  const { now, change, faults } = editing;
  const copied = useCopied();
  const put = (line: LineStart, activity: Raw) => {
    const { journey, id, taken } = insert(now, line, activity);
    change(journey);
    onChoose(id);
    if (taken.length > 0) tell(say('edit.takenToo', { count: taken.length }));
  };
  const onInsert = (line: LineStart, kind: Kind) => {
    const words = {
      paths: [say('edit.pathOne'), say('edit.pathTwo')],
      end: say('edit.newEnd'),
      message: editing.messages[0] ?? detail.key,
      journey: detail.key,
    };
    put(line, freshActivity(kind, nextOf(now, line), words));
  };
  const onPaste = (line: LineStart) => copied && put(line, pasted(copied, nextOf(now, line)));
  return {
    faults: faults.byActivity,
    copied: copied && nameOfRaw(copied, say),
    onInsert,
    onPaste,
    onMove: (id, line) => {
      const moved = move(now, id, line);
      if (!moved) return;
      change(moved);
      onChoose(id);
    },
    onConnect: (from, to) => {
      const start = typeof from === 'string' && !now.activities[from] ? { from: null, at: [] } : from;
      const line = typeof start === 'string' ? mainWay(now, start) : start;
      const led = line && connect(now, line, to);
      if (!led) return;
      change(led.journey);
      if (led.taken.length > 0) tell(say('edit.takenToo', { count: led.taken.length }));
    },
    pasteAfter: (id) => {
      const line = id === null || !now.activities[id] ? { from: null, at: [] } : mainWay(now, id);
      if (line) onPaste(line);
    },
  };
}

const nameOfRaw = ({ kind, label }: Raw, say: Say): string =>
  typeof label === 'string' && label !== '' ? label : say(`activity.${kind as Kind}`);

interface EditHeadProps {
  detail: JourneyDetail;
  editing: Editing;
  document: ReturnType<typeof readDocument>;
  onLeave: () => void;
}

function EditHead({ detail, editing, document, onLeave }: EditHeadProps) {
  const { say } = useVoice();
  const { faults, isChanged, isChecked } = editing;
  const name = recipeWords(document.name, say);
  const count = faults.problems.length;
  const answer = count > 0 ? say('edit.mend', { count }) : say(isChecked ? 'edit.sound' : 'edit.checking');
  const note = say(isChanged ? 'edit.unsaved' : detail.draft === null ? 'edit.asLive' : 'action.isDraft');
  return (
    <PageHead title={name} answer={`${name}: ${answer}`} note={note}>
      <Step word={say('undo')} Icon={IconArrowBackUp} isOff={!editing.canBack} act={editing.back} />
      <Step word={say('edit.redo')} Icon={IconArrowForwardUp} isOff={!editing.canForth} act={editing.forth} />
      <Button variant="subtle" onClick={onLeave}>
        {say('edit.leave')}
      </Button>
      <May ask="journeys">
        <Save detail={detail} editing={editing} />
      </May>
      {!isChanged && (detail.draft !== null || detail.status === 'draft') && (
        <May ask={['journeys', 'publish']}>
          <Publish journeyKey={detail.key} document={document} isFirst={detail.version === 0} />
        </May>
      )}
    </PageHead>
  );
}

function Step(props: { word: string; Icon: typeof IconArrowBackUp; isOff: boolean; act: () => void }) {
  const { word, Icon, isOff, act } = props;
  return (
    <Tooltip label={word}>
      <ActionIcon variant="default" size={36} aria-label={word} disabled={isOff} onClick={act}>
        <Icon size={18} stroke={1.5} />
      </ActionIcon>
    </Tooltip>
  );
}

/** Saves the draft, if nobody else has saved another meanwhile. */
function Save({ detail, editing }: { detail: JourneyDetail; editing: Editing }) {
  const { say } = useVoice();
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: () =>
      ask<JourneyDetail>(
        `/v1/journeys/${encodeURIComponent(detail.key)}?revision=${encodeURIComponent(editing.revision)}`,
        { method: 'PUT', body: editing.now },
      ),
    onSuccess: async (saved) => {
      editing.saved(saved.revision);
      await client.invalidateQueries({ queryKey: ['journey', detail.key] });
    },
  });
  const isOff = !editing.isChanged || !editing.isSound;
  return (
    <>
      <Button disabled={isOff} loading={save.isPending} onClick={() => save.mutate()}>
        {say('action.save')}
      </Button>
      {save.error && <ProblemNote error={save.error} />}
    </>
  );
}

/** What must be mended before it can be saved, and what is missing before it can be published; each leads to its place. */
function Faults({ editing, onChoose }: { editing: Editing; onChoose: (id: string | null) => void }) {
  const { say } = useVoice();
  const { problems, missing } = editing.faults;
  const go = useCallback((activity: string | null) => onChoose(activity), [onChoose]);
  const [all, setAll] = useState(false);
  const listed = [...problems, ...missing];
  if (listed.length === 0) return null;
  const shown = all ? listed : listed.slice(0, 4);
  return (
    <section className="edit-faults" aria-label={say('edit.faultsTitle')}>
      <h3>{say(problems.length > 0 ? 'edit.faultsTitle' : 'edit.missingTitle')}</h3>
      <ul>
        {shown.map(({ where, what, activity }) => (
          <li key={`${where} ${what}`}>
            <button type="button" className="as-link" onClick={() => go(activity)}>
              {where}
            </button>{' '}
            {what}
          </li>
        ))}
      </ul>
      {listed.length > shown.length && (
        <Button size="xs" variant="subtle" onClick={() => setAll(true)}>
          {say('edit.allFaults', { count: listed.length })}
        </Button>
      )}
    </section>
  );
}
