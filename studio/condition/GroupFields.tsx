import { Button, Menu, Select } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useVoice } from '../ui/voice.tsx';
import { ConditionCard } from './ConditionCard.tsx';
import { begin, withItem } from './change.ts';
import { useKnown } from './known.ts';
import type { Condition, Group } from './model.ts';

/** Conditions that hold together, one below the other. */
export function GroupFields({ group, onChange }: { group: Group; onChange: (group: Group) => void }) {
  const { say } = useVoice();
  return (
    <div className="condition-group">
      {group.items.length > 1 && (
        <Select
          size="xs"
          className="condition-join"
          aria-label={say('condition.join')}
          value={group.join}
          allowDeselect={false}
          data={[
            { value: 'and', label: say('condition.all') },
            { value: 'or', label: say('condition.any') },
          ]}
          onChange={(join) => onChange({ ...group, join: join === 'or' ? 'or' : 'and' })}
        />
      )}
      {group.items.map((item, place) => (
        <ConditionCard
          // A condition is told by its place: it has no name of its own.
          // oxlint-disable-next-line react/no-array-index-key
          key={`${place} ${item.kind}`}
          condition={item}
          place={place}
          onChange={(next) => onChange(withItem(group, place, next))}
        />
      ))}
      <More onAdd={(item) => onChange({ ...group, items: [...group.items, item] })} />
    </div>
  );
}

function More({ onAdd }: { onAdd: (condition: Condition) => void }) {
  const { say } = useVoice();
  const { ground, fields, audiences } = useKnown();
  const first = { people: 'profile.reachable', event: 'item.id', item: 'item.price' }[ground];
  const compared =
    ground === 'people'
      ? begin.compared(first)
      : {
          ...begin.compared(first),
          test: ground === 'event' ? ('=' as const) : ('>=' as const),
          values: [ground === 'event' ? '' : 0],
        };
  const ways: [string, Condition | null][] = [
    [say('condition.addDid'), ground === 'people' ? begin.did() : null],
    [say(`condition.add.${ground}`), compared],
    [say('condition.addMember'), ground === 'people' && audiences[0] ? begin.member(audiences[0].key) : null],
    [say('condition.addGroup'), fields.length === 0 ? null : begin.group('or', compared)],
    [say('condition.addText'), { kind: 'written', negated: false, text: first }],
  ];
  return (
    <Menu position="bottom-start" returnFocus={false}>
      <Menu.Target>
        <Button size="xs" variant="default" className="fits" leftSection={<IconPlus size={14} stroke={1.5} />}>
          {say('condition.add')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {ways.map(([word, made]) =>
          made === null ? null : (
            <Menu.Item key={word} onClick={() => onAdd(made)}>
              {word}
            </Menu.Item>
          ),
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
