create or replace view pgsync.comparison_runs as
select
    own.comparison,
    own.number,
    own.job,
    own.version,
    applied.left_name,
    applied.right_name,
    own.entities,
    own.heals,
    own.is_dry,
    case
        when
            job.state in ('running', 'waiting')
            and coalesce(job.waits_until <= clock_timestamp(), true)
            and not exists (select from pgsync.job_holders(job.id))
            then 'interrupted'
        else job.state
    end as state,
    job.trigger,
    progress.phase,
    progress.message,
    progress.done,
    progress.expected,
    own.match,
    own.health,
    own.label,
    own.capped_by,
    found.compared,
    found.not_compared,
    found.is_capped,
    found.differences,
    found.due,
    found.healed,
    found.unhealed,
    coalesce(job.error_class, job.wait_class) as error_class,
    coalesce(job.error_message, job.wait_reason) as error_message,
    job.requested_by,
    job.requested_at,
    job.started_at,
    job.heartbeat_at,
    job.finished_at,
    job.cancel_requested_at
from pgsync.compare_runs as own
inner join pgsync.sync_jobs as job on own.job = job.id
inner join pgsync.comparisons as applied on own.comparison = applied.name and own.version = applied.version
left join lateral (
    select latest.*
    from pgsync.sync_progress as latest
    where latest.job = job.id
    order by latest.updated_at desc, latest.id desc
    limit 1
) as progress on true
cross join lateral (
    select
        count(*) filter (where result.state = 'compared') as compared,
        count(*) filter (where result.state <> 'compared') as not_compared,
        coalesce(bool_or(result.beyond > 0), false) as is_capped,
        coalesce(sum(result.differences), 0)::bigint as differences,
        count(*) filter (where result.is_due) as due,
        coalesce(sum(result.healed), 0)::bigint as healed,
        coalesce(sum(result.unhealed), 0)::bigint as unhealed
    from pgsync.compare_results as result
    where result.job = own.job
) as found;

comment on view pgsync.comparison_runs is 'The runs of comparisons, with their progress and what they found.';
comment on column pgsync.comparison_runs.comparison is 'The comparison.';
comment on column pgsync.comparison_runs.number is 'Which run of the comparison it is, from 1.';
comment on column pgsync.comparison_runs.job is 'The job.';
comment on column pgsync.comparison_runs.version is 'The version of its definition.';
comment on column pgsync.comparison_runs.left_name is 'What the left side is called.';
comment on column pgsync.comparison_runs.right_name is 'What the right side is called.';
comment on column pgsync.comparison_runs.entities is 'The entities that were asked for; null for all.';
comment on column pgsync.comparison_runs.heals is 'Whether it mends what differs too much.';
comment on column pgsync.comparison_runs.is_dry is 'Whether it only says what it would mend.';
comment on column pgsync.comparison_runs.state is 'As in job_states.';
comment on column pgsync.comparison_runs.trigger is 'What started it: schedule, api, cli or psql.';
comment on column pgsync.comparison_runs.phase is 'The entity that it compares.';
comment on column pgsync.comparison_runs.message is 'What it does, in words.';
comment on column pgsync.comparison_runs.done is 'How many rows it has looked at in this step.';
comment on column pgsync.comparison_runs.expected
is 'How many rows this step has; null if that is not known.';
comment on column pgsync.comparison_runs.match
is 'How much is the same, in percent; null if nothing was compared.';
comment on column pgsync.comparison_runs.health is 'The match less the costs.';
comment on column pgsync.comparison_runs.label is 'excellent, good, fair or poor.';
comment on column pgsync.comparison_runs.capped_by
is 'Why health is at most 89.9: the entities that were not compared, or not to their end.';
comment on column pgsync.comparison_runs.compared is 'How many entities were compared so far.';
comment on column pgsync.comparison_runs.not_compared is 'How many could not be.';
comment on column pgsync.comparison_runs.is_capped is 'Whether there are more differences than were counted.';
comment on column pgsync.comparison_runs.differences is 'How many differences were found.';
comment on column pgsync.comparison_runs.due is 'How many entities have more of them than their threshold.';
comment on column pgsync.comparison_runs.healed is 'How many differences were mended.';
comment on column pgsync.comparison_runs.unhealed is 'How many could not be, or were left.';
comment on column pgsync.comparison_runs.error_class
is 'The class of the failure that ended it, or that it waits for.';
comment on column pgsync.comparison_runs.error_message is 'Why.';
comment on column pgsync.comparison_runs.requested_by is 'Who asked for it.';
comment on column pgsync.comparison_runs.requested_at is 'When.';
comment on column pgsync.comparison_runs.started_at is 'When it was first run.';
comment on column pgsync.comparison_runs.heartbeat_at is 'When whoever runs it last reported.';
comment on column pgsync.comparison_runs.finished_at is 'When it ended.';
comment on column pgsync.comparison_runs.cancel_requested_at is 'When somebody asked to cancel it.';
