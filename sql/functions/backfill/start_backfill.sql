create or replace function pgsync.start_backfill(source_table regclass)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_progress_id bigint;
    v_job bigint;
begin
    if not exists (
        select
        from pgsync.sources as source
        where source.source_table = start_backfill.source_table and source.attached
    ) then
        raise exception '% is not attached', source_table
            using errcode = 'object_not_in_prerequisite_state',
            hint = format('Attach it first: select pgsync.attach(%L);', source_table::text);
    end if;

    -- Without locks: while a step is under way, its transaction holds them.
    select progress.id
    into v_progress_id
    from pgsync.sync_progress as progress
    where progress.kind = 'backfill'
        and progress.subject = start_backfill.source_table::text
        and progress.state = 'running';
    if found then
        return v_progress_id;
    end if;

    v_job := pgsync.request_job('backfill', start_backfill.source_table::text);
    insert into pgsync.sync_progress (kind, subject, job, phase, expected)
    select
        'backfill',
        start_backfill.source_table::text,
        v_job,
        'rows',
        nullif(sum(pg_relation_size(relation.oid) * density.rows_per_byte), 0)::bigint
    from pg_catalog.pg_class as relation
    -- The last row count, scaled to the present size; otherwise rows as wide as the planner estimates.
    cross join lateral (
        select case
            when relation.reltuples >= 0 and relation.relpages > 0
                then relation.reltuples / (relation.relpages * current_setting('block_size')::double precision)
            else 1.0 / (28 + sum(case when attribute.attlen > 0 then attribute.attlen else 32 end))
        end as rows_per_byte
        from pg_catalog.pg_attribute as attribute
        where attribute.attrelid = relation.oid and attribute.attnum > 0 and not attribute.attisdropped
    ) as density
    where relation.relkind = 'r'
        and (
            relation.oid = start_backfill.source_table
            or relation.oid in (select tree.relid from pg_partition_tree(start_backfill.source_table) as tree)
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
is 'Starts adding the existing rows of a table to the log, or continues where it was interrupted.';
