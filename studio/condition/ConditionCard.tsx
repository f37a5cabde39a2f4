import { ActionIcon, Select, Textarea } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useVoice } from '../ui/voice.tsx';
import { GroupFields } from './GroupFields.tsx';
import { ComparedFields } from './ComparedFields.tsx';
import { DidFields } from './DidFields.tsx';
import { useKnown } from './known.ts';
import type { Condition, Member, Written } from './model.ts';

interface Props {
  condition: Condition;
  place: number;
  /** None takes it out. */
  onChange: (next: Condition | null) => void;
}

/** One condition: whether it is to hold or not, and what it asks. */
export function ConditionCard({ condition, place, onChange }: Props) {
  const { say } = useVoice();
  const { kind, negated } = condition;
  const isDone = kind === 'did' && condition.ask === 'happened';
  const way = isDone ? 'did' : kind === 'member' ? 'in' : 'holds';
  return (
    <section className="condition-card" aria-label={say('condition.nth', { nth: place + 1 })}>
      <div className="condition-head">
        <Select
          size="xs"
          className="condition-not"
          aria-label={say('condition.whether')}
          value={negated ? 'not' : 'yes'}
          allowDeselect={false}
          data={[
            { value: 'yes', label: say(`condition.${way}`) },
            { value: 'not', label: say(`condition.${way}Not`) },
          ]}
          onChange={(next) => onChange({ ...condition, negated: next === 'not' })}
        />
        <ActionIcon
          variant="subtle"
          color="control"
          size={28}
          aria-label={say('condition.takeOut', { nth: place + 1 })}
          onClick={() => onChange(null)}
        >
          <IconX size={16} stroke={1.5} />
        </ActionIcon>
      </div>
      <Fields condition={condition} onChange={onChange} />
    </section>
  );
}

function Fields({ condition, onChange }: Pick<Props, 'condition' | 'onChange'>) {
  switch (condition.kind) {
    case 'group':
      return <GroupFields group={condition} onChange={onChange} />;
    case 'did':
      return <DidFields did={condition} onChange={onChange} />;
    case 'compared':
      return <ComparedFields compared={condition} onChange={onChange} />;
    case 'member':
      return <MemberFields member={condition} onChange={onChange} />;
    case 'written':
      return <WrittenFields written={condition} onChange={onChange} />;
  }
}

function MemberFields({ member, onChange }: { member: Member; onChange: (next: Member) => void }) {
  const { say } = useVoice();
  const { audiences } = useKnown();
  const strange = audiences.some(({ key }) => key === member.audience)
    ? []
    : [{ key: member.audience, name: member.audience }];
  return (
    <Select
      label={say('condition.audience')}
      searchable
      allowDeselect={false}
      value={member.audience}
      data={[...audiences, ...strange].map(({ key, name }) => ({ value: key, label: name }))}
      onChange={(audience) => audience !== null && onChange({ ...member, audience })}
    />
  );
}

/** What fields cannot say. */
function WrittenFields({ written, onChange }: { written: Written; onChange: (next: Written) => void }) {
  const { say } = useVoice();
  return (
    <Textarea
      label={say('condition.asText')}
      description={say('condition.asTextSays')}
      inputWrapperOrder={['label', 'input', 'description']}
      classNames={{ input: 'rule-field' }}
      value={written.text}
      autosize
      minRows={1}
      maxRows={8}
      spellCheck={false}
      autoCapitalize="off"
      autoCorrect="off"
      onChange={(event) => onChange({ ...written, text: event.currentTarget.value })}
    />
  );
}
