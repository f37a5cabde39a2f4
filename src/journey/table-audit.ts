import type { Runner } from '../store/index.ts';
import type { Run, Step } from './run.ts';

/** A run with the end of its history and what will move it, as one statement saw them. */
export interface AuditedRun extends Pick<
  Run,
  'id' | 'journey' | 'version' | 'profileId' | 'state' | 'activity' | 'moves' | 'due' | 'endedAt'
> {
  /** How many lines its history has; `steps` are the last of them, in order. */
  count: number;
  steps: (Pick<Step, 'kind' | 'reason'> & { no: number })[];
  /** When its wait row falls due, UTC ms; null when there is none of this profile. */
  waitDue: number | null;
}

type Row = Omit<AuditedRun, 'due' | 'endedAt' | 'waitDue'> & Record<'due' | 'endedAt' | 'waitDue', Date | null>;

/** The next runs by id. */
export async function auditedRuns(
  runner: Runner,
  { after, limit }: { after: string | null; limit: number },
): Promise<AuditedRun[]> {
  const rows = await runner.rows<Row>({
    name: 'journey.audit',
    text: `with page as (select * from journey_run where id > coalesce($1, '00000000-0000-0000-0000-000000000000'::uuid) order by id limit $2)
      select p.id, p.journey, p.version, p.profile_id as "profileId", p.state, p.activity, p.moves, p.due, p.ended_at as "endedAt",
        w.due as "waitDue", coalesce(l.steps, '[]') as steps, (select count(*)::int from journey_step s where s.run_id = p.id) as count
      from page p left join journey_wait w on w.run_id = p.id and w.profile_id = p.profile_id
      left join lateral (select json_agg(json_build_object('no', t.no, 'kind', t.kind, 'reason', t.reason) order by t.no) as steps
        from (select no, kind, reason from journey_step s where s.run_id = p.id order by no desc limit 6) t) l on true
      order by p.id`,
    values: [after, limit],
  });
  return rows.map(({ due, endedAt, waitDue, ...row }) => ({
    ...row,
    due: due?.getTime() ?? null,
    endedAt: endedAt?.getTime() ?? null,
    waitDue: waitDue?.getTime() ?? null,
  }));
}
