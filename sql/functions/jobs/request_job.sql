create or replace function pgsync.request_job(
    kind text,
    subject text,
    type text default null,
    trigger text default null,
    correlation_id text default null
)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_id bigint;
begin
    while v_id is null loop
        select job.id
        into v_id
        from pgsync.sync_jobs as job
        where job.kind = request_job.kind
            and job.subject = request_job.subject
            and job.state in ('pending', 'running', 'waiting');
        exit when found;
        -- Nothing is added if another session asks for it just now; then it is found.
        insert into pgsync.sync_jobs as job (kind, subject, type, trigger, correlation_id, requested_by)
        values (
            request_job.kind,
            request_job.subject,
            request_job.type,
            coalesce(request_job.trigger, nullif(current_setting('pgsync.trigger', true), ''), 'psql'),
            coalesce(request_job.correlation_id, nullif(current_setting('pgsync.correlation_id', true), '')),
            pgsync.actor()
        )
        on conflict (kind, subject) where state in ('pending', 'running', 'waiting') do nothing
        returning job.id into v_id;
    end loop;
    return v_id;
end;
$$;

comment on function pgsync.request_job(text, text, text, text, text)
is 'Adds a job that waits until somebody begins it; returns its number, or that of the active one.';
