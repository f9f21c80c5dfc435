-- One statement reads a piece of the table and the snapshot it was read in. Nothing is locked: what a
-- writer does at the same time is told apart by that snapshot, see is_included.
create or replace function pgsync.backfill_text(source pgsync.sources)
returns text
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select format(
    $template$create or replace function pgsync.%1$I(after_key jsonb, row_limit bigint)
returns table (row_count bigint, last_key jsonb)
language plpgsql
security definer
%5$s
set timezone = 'UTC'
set plan_cache_mode = force_custom_plan
as $capture$
#variable_conflict use_column
declare
    -- Looked up by name: after a restore, tables have other numbers.
    v_root constant oid := (
        select source.source_table from pgsync.sources as source where source.function_name = %6$L
    );
begin
    return query
    with piece as materialized (%2$s
        where $1 is null or (%3$s) > (%4$s)
        order by %3$s
        limit $2
    ),
    logged as (
        insert into pgsync.sync_logs (
            source_table, source_version, record_id, action, data, origin, slot, snapshot
        )
        select
            v_root,
            %7$s,
            piece.record_id,
            'create',
            piece.image,
            nullif(current_setting('pgsync.origin', true), ''),
            (hashtext(piece.record_id) & 1023)::smallint,
            pg_current_snapshot()
        from piece
        returning id, slot
    ),
    queued as (
        insert into pgsync.sync_queue (log_id, slot)
        select logged.id, logged.slot from logged
    )
    select count(*), (array_agg(piece.key order by piece.place desc))[1] from piece;
end;
$capture$;
$template$,
    source.function_name || '_backfill',
    pgsync.capture_rows(
        pgsync.capture_absent(
            source.key_columns || array(
                select described.name
                from pgsync.capture_columns(source.source_table) as described
                where source.captured_columns is null or described.name = any(source.captured_columns)
            )
        ),
        pgsync.capture_scope(source.source_table) || source.source_table::text,
        format(
            '%s as record_id, %s as image',
            pgsync.capture_key(source.source_table, source.key_columns),
            pgsync.capture_image(source.source_table, source.captured_columns, 'v_root')
        ),
        format(
            'jsonb_build_array(%1$s) as key, row_number() over (order by %1$s) as place',
            string_agg('pgsync_row.' || quote_ident(key.name), ', ' order by key.place)
        )
    ),
    string_agg('pgsync_row.' || quote_ident(key.name), ', ' order by key.place),
    string_agg(format('($1 ->> %s)::%s', key.place - 1, described.data_type), ', ' order by key.place),
    coalesce(pgsync.capture_settings(source), 'set search_path = pg_catalog, pgsync, pg_temp'),
    source.function_name,
    source.version
)
from unnest(source.key_columns) with ordinality as key (name, place)
inner join pgsync.capture_columns(source.source_table) as described on described.name = key.name;
$$;

comment on function pgsync.backfill_text(pgsync.sources)
is 'The text of the function that reads a piece of a table into the log.';
