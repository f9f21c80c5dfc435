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
%10$s
set timezone = 'UTC'
as $capture$
#variable_conflict use_column
begin
    return query
    with piece as materialized (
        select
            %2$s as record_id,
            %3$s as image,
            jsonb_build_array(%4$s) as key,
            row_number() over (order by %4$s) as place
        from %5$s, %9$s%6$s as pgsync_row
        where $1 is null or (%4$s) > (%7$s)
        order by %4$s
        limit $2
    ),
    logged as (
        insert into pgsync.sync_logs (source_table, record_id, action, data, origin, slot, snapshot)
        select
            %8$s::oid,
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
    pgsync.capture_key(source.key_columns),
    pgsync.capture_image(source.source_table, source.captured_columns, source.source_table::oid::text),
    string_agg('pgsync_row.' || quote_ident(key.name), ', ' order by key.place),
    pgsync.capture_absent(
        source.key_columns || array(
            select described.name
            from pgsync.capture_columns(source.source_table) as described
            where source.captured_columns is null or described.name = any(source.captured_columns)
        )
    ),
    source.source_table,
    string_agg(format('($1 ->> %s)::%s', key.place - 1, described.data_type), ', ' order by key.place),
    source.source_table::oid,
    pgsync.capture_scope(source.source_table),
    pgsync.capture_settings(source)
)
from unnest(source.key_columns) with ordinality as key (name, place)
inner join pgsync.capture_columns(source.source_table) as described on described.name = key.name;
$$;

comment on function pgsync.backfill_text(pgsync.sources)
is 'The text of the function that reads a piece of a table into the log.';
