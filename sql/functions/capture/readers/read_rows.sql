-- Whoever looks at rows runs what the owner of their table has put there, such as policies and predicates
-- of indexes, while the statement is planned, too. So nobody reads an attached table as himself: its reader
-- does, as its owner; see read_piece.
create or replace function pgsync.read_rows(
    source_table regclass,
    after_key jsonb,
    row_limit bigint,
    out record_ids text[],
    out images jsonb[],
    out last_key jsonb
)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_function_name text;
    v_piece record;
begin
    select source.function_name
    into v_function_name
    from pgsync.sources as source
    where source.source_table = read_rows.source_table and source.attached;
    if not found then
        raise exception '% is not attached', pgsync.qualified_name(read_rows.source_table)
            using errcode = 'object_not_in_prerequisite_state';
    end if;
    v_piece := pgsync.read_piece(v_function_name || '_read', null, read_rows.after_key, read_rows.row_limit);
    record_ids := coalesce(v_piece.found_ids, '{}');
    images := coalesce(v_piece.images, '{}');
    last_key := v_piece.last_key;
end;
$$;

comment on function pgsync.read_rows(regclass, jsonb, bigint)
is 'The next rows of an attached table as capture sees them, read as the owner of the table.';
