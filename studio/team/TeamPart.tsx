import './team.css';
import { Button, CopyButton, Modal, NativeSelect, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { InvitationView, MemberView } from '../../src/api/contract-team.ts';
import { ask } from '../api/client.ts';
import { Address } from '../ui/Address.tsx';
import { PageHead, Panel } from '../ui/Page.tsx';
import { Remove } from '../ui/Remove.tsx';
import { ProblemNote } from '../ui/State.tsx';
import { faultAt } from '../ui/fault.ts';
import { OnePage } from '../ui/thing.tsx';
import { useVoice } from '../ui/voice.tsx';
import { Fields, SetUp } from './Door.tsx';
import { me, members } from './query.ts';

type Role = MemberView['role'];
const roles: readonly Role[] = ['owner', 'admin', 'marketer', 'analyst', 'developer', 'viewer'];

/** Who may work here. While nobody signs in, how the first password is set. */
export function TeamPart() {
  const { say } = useVoice();
  const { data } = useQuery(me);
  if (data?.state === 'open')
    return (
      <div className="page">
        <PageHead title={say('settings.show.team')} answer={say('team.open')} note={say('team.openSays')} />
        <Panel title={say('team.setUpTitle')} className="narrow">
          <p className="quiet">{say('team.setUpSays')}</p>
          <SetUp />
        </Panel>
      </div>
    );
  return <Members own={data?.member ?? null} />;
}

function Members({ own }: { own: MemberView | null }) {
  const { say } = useVoice();
  const [link, setLink] = useState<Link | null>(null);
  return (
    <OnePage query={useQuery(members)}>
      {(rows) => (
        <>
          <PageHead
            title={say('settings.show.team')}
            answer={say('team.answer', { count: rows.length })}
            note={say('team.note')}
          >
            <Invite own={own} onLink={setLink} />
          </PageHead>
          <Panel title={say('team.members')}>
            <ul className="plain-list members">
              {rows.map((row) => (
                <Member key={row.id} row={row} own={own} onLink={setLink} />
              ))}
            </ul>
          </Panel>
          <LinkShown link={link} onClose={() => setLink(null)} />
        </>
      )}
    </OnePage>
  );
}

/** A link that was just made, and how long it holds. */
interface Link {
  url: string;
  kind: 'invitation' | 'reset';
}

function Member(props: { row: MemberView; own: MemberView | null; onLink: (link: Link) => void }) {
  const { row, own, onLink } = props;
  const { say, moment } = useVoice();
  const client = useQueryClient();
  const fresh = () => client.invalidateQueries({ queryKey: members.queryKey });
  const path = `/v1/members/${encodeURIComponent(row.id)}`;
  const change = useMutation({
    mutationFn: (role: string) => ask<MemberView>(`${path}/role`, { method: 'PUT', body: { role } }),
    onSettled: fresh,
  });
  const renew = useMutation({
    mutationFn: () => ask<{ url: string }>(`${path}/link`, { method: 'POST' }),
    onSuccess: ({ url }) => onLink({ url, kind: row.invited ? 'invitation' : 'reset' }),
  });
  const isOwn = row.id === own?.id;
  const notes = [
    ...(isOwn ? [say('team.you')] : []),
    ...(row.invited ? [say('team.invited')] : []),
    ...(row.codes ? [say('team.codes')] : []),
    ...(row.invited ? [] : [row.seenAt === null ? say('team.never') : say('team.seen', { time: moment(row.seenAt) })]),
  ];
  const mayManage = own?.role === 'owner' || row.role !== 'owner';
  return (
    <li className="member">
      <div className="member-who">
        <b>{row.name}</b>
        <span className="quiet">
          <Address text={row.email} />
        </span>
        <span className="quiet">{notes.join(' · ')}</span>
      </div>
      <NativeSelect
        aria-label={`${say('team.role')}: ${row.name}`}
        value={row.role}
        disabled={!mayManage || change.isPending}
        data={allowed(own, row.role).map((role) => ({ value: role, label: say(`team.role.${role}`) }))}
        description={say(`team.roleSays.${row.role}`)}
        inputWrapperOrder={['input', 'description']}
        onChange={(event) => change.mutate(event.currentTarget.value)}
      />
      <div className="actions">
        {mayManage && !isOwn && (
          <>
            <Button variant="default" loading={renew.isPending} onClick={() => renew.mutate()}>
              {say('team.newLink')}
            </Button>
            <Remove word={say('team.remove')} title={row.name} work={() => ask(path, { method: 'DELETE' }).then(fresh)}>
              <p>{say('team.removeSays', { name: row.name })}</p>
            </Remove>
          </>
        )}
      </div>
      {change.error && <ProblemNote error={change.error} />}
      {renew.error && <ProblemNote error={renew.error} />}
    </li>
  );
}

/** Only owners make owners; what somebody is stands among the choices in any case. */
function allowed(own: MemberView | null, now?: Role): readonly Role[] {
  return roles.filter((role) => role !== 'owner' || own?.role === 'owner' || now === 'owner');
}

function Invite({ own, onLink }: { own: MemberView | null; onLink: (link: Link) => void }) {
  const { say } = useVoice();
  const client = useQueryClient();
  const [isOpen, setIsOpen] = useState(false);
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('marketer');
  const invite = useMutation({
    mutationFn: () =>
      ask<InvitationView>('/v1/members', { method: 'POST', body: { name: name.trim(), email: email.trim(), role } }),
    onSuccess: ({ url }) => {
      void client.invalidateQueries({ queryKey: members.queryKey });
      setIsOpen(false);
      setName('');
      setEmail('');
      onLink({ url, kind: 'invitation' });
    },
  });
  return (
    <>
      <Button onClick={() => setIsOpen(true)}>{say('team.invite')}</Button>
      <Modal
        opened={isOpen}
        onClose={() => setIsOpen(false)}
        title={<b>{say('team.inviteTitle')}</b>}
        closeButtonProps={{ 'aria-label': say('journey.cancel') }}
      >
        <Fields onSend={() => invite.mutate()} error={invite.error}>
          <TextInput
            label={say('team.inviteName')}
            data-autofocus
            required
            value={name}
            maxLength={100}
            error={faultAt(invite.error, 'name')}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <TextInput
            label={say('team.email')}
            type="email"
            required
            value={email}
            maxLength={254}
            error={faultAt(invite.error, 'email')}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <NativeSelect
            label={say('team.role')}
            value={role}
            description={say(`team.roleSays.${role}`)}
            inputWrapperOrder={['label', 'input', 'description']}
            data={allowed(own).map((value) => ({ value, label: say(`team.role.${value}`) }))}
            onChange={(event) => setRole(roles.find((one) => one === event.currentTarget.value) ?? 'viewer')}
          />
          <div className="modal-foot">
            <Button variant="default" onClick={() => setIsOpen(false)}>
              {say('journey.cancel')}
            </Button>
            <Button type="submit" loading={invite.isPending}>
              {say('team.invite')}
            </Button>
          </div>
        </Fields>
      </Modal>
    </>
  );
}

function LinkShown({ link, onClose }: { link: Link | null; onClose: () => void }) {
  const { say } = useVoice();
  return (
    <Modal
      opened={link !== null}
      onClose={onClose}
      title={<b>{say('team.linkTitle')}</b>}
      closeButtonProps={{ 'aria-label': say('journey.cancel') }}
    >
      {link && (
        <>
          <p>{say('team.linkSays', { within: say(`team.within.${link.kind}`) })}</p>
          <p className="code member-link">{link.url}</p>
          <div className="modal-foot">
            <CopyButton value={link.url}>
              {({ copied, copy }) => (
                <Button data-autofocus onClick={copy}>
                  {say(copied ? 'team.copied' : 'team.copy')}
                </Button>
              )}
            </CopyButton>
          </div>
        </>
      )}
    </Modal>
  );
}
