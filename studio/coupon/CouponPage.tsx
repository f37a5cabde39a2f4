import '../recommend/recommend.css';
import { Button, FileButton, NumberInput, Select, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { IconUpload } from '@tabler/icons-react';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { CouponPool, PoolView } from '../../src/api/contract-sender.ts';
import { ask } from '../api/client.ts';
import { BroughtIn } from '../ui/BroughtIn.tsx';
import { Figure, PageHead, Panel } from '../ui/Page.tsx';
import { Remove } from '../ui/Remove.tsx';
import { ProblemNote } from '../ui/State.tsx';
import { OnePage, type Place, ThingForm } from '../ui/thing.tsx';
import { useVoice } from '../ui/voice.tsx';
import { bring, pool, poolPath, pools, tableOf } from './query.ts';

const thens = ['hold', 'skip', 'without'] as const;

/** One pool: how many codes are left, how they are given out, and more of them. `+` makes a new one. */
export function CouponPage() {
  const { key } = useParams({ from: '/coupons/$key' });
  const { say } = useVoice();
  if (key !== '+') return <KnownPool key={key} poolKey={key} />;
  return (
    <div className="page">
      <PageHead title={say('coupons.new')} answer={say('coupons.newAnswer')} note={say('rule.newNote')} />
      <PoolForm known={null} />
    </div>
  );
}

function usePlace(): Place {
  const navigate = useNavigate();
  return {
    door: poolPath,
    cache: ['coupon-pools'],
    open: (key) => navigate({ to: '/coupons/$key', params: { key } }),
    leave: () => navigate({ to: '/messages', search: { show: 'coupons' } }),
  };
}

function KnownPool({ poolKey }: { poolKey: string }) {
  const { say, number, moment } = useVoice();
  return (
    <OnePage query={useQuery(pool(poolKey))}>
      {(data) => (
        <>
          <PageHead
            title={data.pool.name}
            answer={say('coupons.oneAnswer', { count: data.free, name: data.pool.name })}
            note={data.low ? say('coupons.lowSays') : say('coupons.note')}
          />
          <div className="figures">
            <Figure value={number(data.free)} word={say('coupons.free')} />
            <Figure value={number(data.used)} word={say('coupons.used')} />
            <Figure value={number(data.expired)} word={say('coupons.expired')} />
            {data.nextExpiry !== null && <Figure value={moment(data.nextExpiry)} word={say('coupons.nextExpiry')} />}
          </div>
          <div className="criterion-edit">
            <Bring poolKey={poolKey} />
            <div className="criterion-try">
              <PoolForm key={JSON.stringify(data.pool)} known={data} />
              <Withdraw known={data} />
            </div>
          </div>
        </>
      )}
    </OnePage>
  );
}

function PoolForm({ known }: { known: PoolView | null }) {
  const { say } = useVoice();
  const place = usePlace();
  const others = useQuery(pools).data?.map(({ key, pool: { name } }) => ({ key, name }));
  return (
    <ThingForm<CouponPool>
      place={place}
      title={say('coupons.panel')}
      keyHint={say('coupons.keySays')}
      known={known && { key: known.key, name: known.pool.name }}
      others={others}
      begin={known?.pool ?? { name: '' }}
      isReady={() => true}
    >
      {(draft, change) => (
        <>
          <Select
            label={say('coupons.whenEmpty')}
            value={draft.whenEmpty ?? 'hold'}
            data={thens.map((value) => ({ value, label: say(`coupons.then.${value}`) }))}
            allowDeselect={false}
            onChange={(value) => change({ ...draft, whenEmpty: thens.find((one) => one === value) ?? 'hold' })}
          />
          <NumberInput
            label={say('coupons.lowWater')}
            value={draft.lowWater ?? 100}
            min={0}
            allowDecimal={false}
            onChange={(value) => typeof value === 'number' && change({ ...draft, lowWater: value })}
          />
          <NumberInput
            label={say('coupons.leastDays')}
            value={draft.leastDays ?? 0}
            min={0}
            max={365}
            allowDecimal={false}
            onChange={(value) => typeof value === 'number' && change({ ...draft, leastDays: value })}
          />
        </>
      )}
    </ThingForm>
  );
}

/** Codes typed, pasted or in a file; tried first, then kept. */
function Bring({ poolKey }: { poolKey: string }) {
  const { say } = useVoice();
  const client = useQueryClient();
  const [lines, setLines] = useState('');
  const [expires, setExpires] = useState('');
  const work = useMutation({
    mutationFn: ({ csv, dryRun }: { csv: string; dryRun: boolean }) => bring(poolKey, csv, { dryRun, expires }),
    onSuccess: async ({ dryRun }) => {
      if (dryRun) return;
      setLines('');
      await client.invalidateQueries({ queryKey: ['coupon-pools'] });
    },
  });
  const isEmpty = lines.trim() === '';
  return (
    <Panel title={say('coupons.bring')}>
      <div className="stack-form">
        <Textarea
          label={say('coupons.codes')}
          description={say('coupons.codesSays')}
          inputWrapperOrder={['label', 'input', 'description']}
          classNames={{ input: 'rule-field' }}
          value={lines}
          autosize
          minRows={4}
          maxRows={12}
          spellCheck={false}
          placeholder={'SPRING-4T7K\nSPRING-9QXM'}
          onChange={(event) => setLines(event.currentTarget.value)}
        />
        <TextInput
          type="date"
          label={say('coupons.expires')}
          value={expires}
          onChange={(event) => setExpires(event.currentTarget.value)}
        />
        <div className="actions">
          <Button
            disabled={isEmpty}
            loading={work.isPending}
            onClick={() => work.mutate({ csv: tableOf(lines), dryRun: false })}
          >
            {say('coupons.add')}
          </Button>
          <Button
            variant="default"
            disabled={isEmpty || work.isPending}
            onClick={() => work.mutate({ csv: tableOf(lines), dryRun: true })}
          >
            {say('coupons.try')}
          </Button>
          <FileButton
            accept=".csv,text/csv,text/plain"
            onChange={(file) => file && void file.text().then((text) => setLines(text))}
          >
            {(props) => (
              <Button {...props} variant="default" leftSection={<IconUpload size={16} stroke={1.5} />}>
                {say('list.file')}
              </Button>
            )}
          </FileButton>
        </div>
        {work.error && <ProblemNote error={work.error} />}
        <div role="status">
          {work.data && (
            <BroughtIn
              report={work.data}
              first={say(work.data.dryRun ? 'coupons.wouldAdd' : 'coupons.added', { count: work.data.added })}
            />
          )}
        </div>
      </div>
    </Panel>
  );
}

function Withdraw({ known: { key, free, pool: body } }: { known: PoolView }) {
  const { say } = useVoice();
  const client = useQueryClient();
  if (free === 0) return null;
  const away = async () => {
    await ask<unknown>(`${poolPath(key)}/codes`, { method: 'DELETE' });
    await client.invalidateQueries({ queryKey: ['coupon-pools'] });
  };
  return (
    <div className="take-away">
      <Remove word={say('coupons.withdraw')} title={say('coupons.withdrawTitle', { name: body.name })} work={away}>
        <p>{say('coupons.withdrawSays', { count: free })}</p>
      </Remove>
    </div>
  );
}
