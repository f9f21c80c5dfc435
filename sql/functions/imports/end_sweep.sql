create or replace function pgsync.end_sweep(job bigint, stream text, removed bigint, gone text[])
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_import constant text := (
        select own.subject from pgsync.sync_jobs as own where own.id = end_sweep.job and own.kind = 'import'
    );
begin
    delete from pgsync.import_absences as done
    where done.import = v_import and done.stream = end_sweep.stream and done.record_id = any(end_sweep.gone);
    delete from pgsync.import_sightings as seen where seen.job = end_sweep.job and seen.stream = end_sweep.stream;
    update pgsync.import_slices as own
    set removed = own.removed + end_sweep.removed
    where own.job = end_sweep.job and own.stream = end_sweep.stream and lower_inf(own.slice) and upper_inf(own.slice);
    insert into pgsync.cursors as own (endpoint, stream, swept_at)
    values (v_import, end_sweep.stream, clock_timestamp())
    on conflict on constraint cursors_pkey do update
    set swept_at = excluded.swept_at, updated_at = clock_timestamp();
end;
$$;

comment on function pgsync.end_sweep(bigint, text, bigint, text[])
is 'Records that a stream was swept, and forgets what the walk had seen.';
