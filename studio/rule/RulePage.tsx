import '../recommend/recommend.css';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { PageHead } from '../ui/Page.tsx';
import { capital } from '../ui/format.ts';
import { NotFound } from '../ui/State.tsx';
import { OnePage } from '../ui/thing.tsx';
import { useVoice } from '../ui/voice.tsx';
import { beginOf, contentOf } from './draft.ts';
import { RuleForm } from './RuleForm.tsx';
import { type AnyView, type RuleKind, definition, ruleKinds } from './query.ts';
import { RuleVersions, TakeRuleAway } from './Kept.tsx';
import { useStateWords } from './state.ts';

/** One collection, exclusion or promotion: its form, with what it does beside it. `+` makes a new one. */
export function RulePage() {
  const { kind, key } = useParams({ from: '/rules/$kind/$key' });
  const known = ruleKinds.find((one) => one === kind);
  if (known === undefined) return <NotFound />;
  return key === '+' ? (
    <NewRule key={known} kind={known} />
  ) : (
    <KnownRule key={`${known} ${key}`} kind={known} ownKey={key} />
  );
}

function NewRule({ kind }: { kind: RuleKind }) {
  const { say } = useVoice();
  return (
    <div className="page">
      <PageHead title={say(`shelf.${kind}.new`)} answer={say(`shelf.${kind}.newAnswer`)} note={say('rule.newNote')} />
      <RuleForm kind={kind} known={null} begin={beginOf(kind)} />
    </div>
  );
}

function KnownRule({ kind, ownKey }: { kind: RuleKind; ownKey: string }) {
  return (
    <OnePage query={useQuery(definition(kind, ownKey))}>
      {(data) => (
        <>
          <Head kind={kind} data={data} />
          <RuleForm key={data.version} kind={kind} known={data} begin={contentOf(data)} />
          <RuleVersions kind={kind} known={data} />
        </>
      )}
    </OnePage>
  );
}

function Head({ kind, data }: { kind: RuleKind; data: AnyView }) {
  const { say, moment } = useVoice();
  const stateOf = useStateWords(kind);
  const note = (
    <>
      <b className="person-name">{data.name}</b> {say(`shelf.${kind}.what`)}{' '}
      {say('rule.changed', { time: moment(data.updatedAt), version: data.version })}
    </>
  );
  return (
    <PageHead title={data.name} answer={capital(stateOf(data))} note={note}>
      <TakeRuleAway kind={kind} known={data} />
    </PageHead>
  );
}
