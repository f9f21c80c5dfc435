-- Renamed columns keep their numbers, so key and list of columns can be carried over.
create or replace function pgsync.reattach(
    source_table regclass,
    dry_run boolean default false,
    patience interval default '30 seconds'
)
returns setof text
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
set quote_all_identifiers = off
as $$
declare
    v_source pgsync.sources;
    v_key text[];
    v_columns text[];
begin
    select known.*
    into v_source
    from pgsync.sources as known
    where known.source_table = reattach.source_table and known.attached;
    if not found then
        raise exception '% is not attached', source_table
            using errcode = 'object_not_in_prerequisite_state',
            hint = format('select pgsync.attach(%L);', source_table::text);
    end if;

    v_key := pgsync.present_names(v_source, v_source.key_columns);
    select array_agg(shaped.present_name order by shaped.present_number)
    into v_columns
    from pgsync.shape_columns(reattach.source_table, v_source.shape) as shaped
    where shaped.present_name is not null and shaped.name = any(v_source.captured_columns);

    return query
    select step.step
    from pgsync.attach(
        reattach.source_table,
        key_columns => v_key,
        columns => v_columns,
        kind => v_source.trigger_kind,
        actions => v_source.actions,
        before_image => v_source.before_image,
        dry_run => reattach.dry_run,
        patience => reattach.patience
    ) as step (step);
end;
$$;

comment on function pgsync.reattach(regclass, boolean, interval)
is 'Recreates the capture function and triggers of a source after its columns or triggers changed.';
