create or replace function pgsync.conflict_to_resolve(
    conflict bigint,
    out source_table regclass,
    out record_id text,
    out key_columns text[],
    out columns text[],
    out local_image jsonb,
    out remote_image jsonb
)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
begin
    select own.source_table, own.record_id, own.local_image, own.remote_image
    into source_table, record_id, local_image, remote_image
    from pgsync.conflicts as own
    where own.id = conflict
    for update;
    if not found then
        raise exception 'there is no conflict %', conflict
            using errcode = 'no_data_found', hint = 'pgsync conflicts list shows all.';
    end if;
    select own.key_columns, own.columns
    into key_columns, columns
    from pgsync.synced_source(source_table) as own;
    if key_columns is null then
        raise exception '% is not exchanged any more', source_table
            using errcode = 'object_not_in_prerequisite_state';
    end if;
    perform from pgsync.version_fold for share;
end;
$$;

comment on function pgsync.conflict_to_resolve(bigint)
is 'A conflict that a person decides, with the columns of its table; an error if there is none.';
