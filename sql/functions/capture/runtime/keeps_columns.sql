-- Evaluated like has_type when a statement is planned. The number reveals a column that took the name and
-- type of a renamed one. A snapshot that shows no source yet is accepted.
create or replace function pgsync.keeps_columns(function_name text)
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_source pgsync.sources;
begin
    select source.*
    into v_source
    from pgsync.sources as source
    where source.function_name = keeps_columns.function_name;
    return not exists (
        select
        from pgsync.shape_columns(v_source.source_table, v_source.shape) as shaped
        where (v_source.captured_columns is null or shaped.name = any(v_source.captured_columns))
            and shaped.present_name is distinct from shaped.column_name
    );
end;
$$;

comment on function pgsync.keeps_columns(text)
is 'Whether captured columns have the names they had when the capture function was generated.';
