create or replace function pgsync.end_job(
    job bigint,
    state text default null,
    counts jsonb default null,
    error_class text default null,
    error_message text default null
)
returns text
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_state text;
begin
    if end_job.state not in ('completed', 'partial', 'failed', 'cancelled') then
        raise exception 'a job cannot end as %', end_job.state
            using errcode = 'invalid_parameter_value',
            hint = 'It ends as completed, partial, failed or cancelled.';
    end if;
    perform pgsync.running_job(end_job.job);
    v_state := coalesce(end_job.state, case when end_job.error_message is null then 'completed' else 'failed' end);
    if v_state = 'completed' and exists (
        select
        from pgsync.sync_failed_items as item
        where item.job = end_job.job and item.state <> 'resolved'
    ) then
        v_state := 'partial';
    end if;
    perform pgsync.finish_job(
        end_job.job, v_state, end_job.counts, end_job.error_class, end_job.error_message
    );
    return v_state;
end;
$$;

comment on function pgsync.end_job(bigint, text, jsonb, text, text)
is 'Ends the job that this session runs; returns how: partial rather than completed if items failed.';
