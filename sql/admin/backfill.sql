-- Brings the rows that an attached table has already into the log, as pgsync backfill does, and goes on
-- with one that was interrupted; each step is a transaction, and half of the time it rests. The table is told
-- by: psql -X -v ON_ERROR_STOP=1 -v table=public.visits -f sql/admin/backfill.sql
set search_path to pg_catalog, pg_temp;

\if :{?table}
select set_config('pgsync.backfill', pgsync.start_backfill(:'table')::text, false) as backfill;

do $$
declare
    v_backfill constant bigint := current_setting('pgsync.backfill');
    v_target constant double precision
        := pgsync.configuration_integer('backfill_chunk_milliseconds')::double precision / 1000;
    v_rows bigint := 200;
    v_start timestamptz;
    v_time double precision;
    v_is_finished boolean;
begin
    loop
        v_start := clock_timestamp();
        select step.finished into v_is_finished from pgsync.backfill_step(v_backfill, v_rows) as step;
        commit;
        exit when v_is_finished;
        v_time := greatest(extract(epoch from clock_timestamp() - v_start)::double precision, 0.0001);
        v_rows := least(greatest((v_rows * least(greatest(v_target / v_time, 0.25), 2))::bigint, 10), 50000);
        perform pg_sleep(v_time);
    end loop;
end;
$$;

select
    progress.subject as source,
    progress.done,
    progress.state,
    date_trunc('second', progress.finished_at - progress.started_at) as took
from pgsync.sync_progress as progress
where progress.id = current_setting('pgsync.backfill')::bigint;
\else
do $$
begin
    raise exception 'no table given'
        using errcode = 'invalid_parameter_value',
        hint = 'psql -X -v ON_ERROR_STOP=1 -v table=visits -f sql/admin/backfill.sql';
end;
$$;
\endif
