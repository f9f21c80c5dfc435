create or replace function pgsync.is_captured(source pgsync.sources)
returns boolean
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select exists (
    select
    from pgsync.sources as known
    where known.source_table = source.source_table
        and known.attached
        and row(
            known.table_name, known.key_columns, known.captured_columns, known.trigger_kind, known.before_image,
            known.site_column, known.image_key, known.posts, known.function_name, known.reader, known.shape
        ) is not distinct from row(
            source.table_name, source.key_columns, source.captured_columns, source.trigger_kind, source.before_image,
            source.site_column, source.image_key, source.posts, source.function_name, source.reader, source.shape
        )
        and known.actions <@ source.actions
        and known.actions @> source.actions
        and not exists (
            select
            from pgsync.inspect_capture(source.source_table) as found
            where found.finding <> 'reads_refused'
        )
);
$$;

comment on function pgsync.is_captured(pgsync.sources)
is 'Whether a table is already attached in exactly this way and nothing is wrong with it.';
