create or replace function pgsync.start_backfill(source_table regclass)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_progress_id bigint;
begin
    if not exists (
        select
        from pgsync.sources as source
        where source.source_table = start_backfill.source_table and source.attached
    ) then
        raise exception '% is not attached', source_table
            using errcode = 'object_not_in_prerequisite_state',
            hint = format('First: select pgsync.attach(%L);', source_table::text);
    end if;

    insert into pgsync.sync_progress (kind, subject, expected)
    select 'backfill', start_backfill.source_table::text, nullif(sum(greatest(relation.reltuples, 0)), 0)::bigint
    from pg_catalog.pg_class as relation
    where relation.oid = start_backfill.source_table
        or relation.oid in (
            select tree.relid from pg_partition_tree(start_backfill.source_table) as tree where tree.isleaf
        )
    on conflict (kind, subject) where state = 'running' do nothing;

    select progress.id
    into v_progress_id
    from pgsync.sync_progress as progress
    where progress.kind = 'backfill'
        and progress.subject = start_backfill.source_table::text
        and progress.state = 'running';
    return v_progress_id;
end;
$$;

comment on function pgsync.start_backfill(regclass)
is 'Begins to bring the existing rows of a table into the log, or goes on where it was interrupted.';
