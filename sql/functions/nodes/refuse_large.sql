create or replace function pgsync.refuse_large(endpoint text, records jsonb)
returns void
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_record record;
begin
    for v_record in
        select synced.source_table, record.content
        from jsonb_array_elements(records) as record (content)
        inner join pgsync.synced_tables() as synced on synced.name = record.content ->> 'table'
        where octet_length(record.content::text) > 12000000
    loop
        update pgsync.record_versions as own
        set via = refuse_large.endpoint, refused_at = clock_timestamp()
        where own.source_table = v_record.source_table
            and own.record_id = pgsync.short_id(v_record.content ->> 'id') collate "C";
        insert into pgsync.conflicts (
            source_table, record_id, node, type, policy, resolution, state, error_class, error_message
        )
        select
            v_record.source_table, v_record.content ->> 'id', refuse_large.endpoint, 'refused', 'newer', 'queued', 'open',
            'data.range', 'the row is larger than 12 MB, and so than any upload'
        where not exists (
            select
            from pgsync.conflicts as own
            where own.source_table = v_record.source_table
                and own.record_id = v_record.content ->> 'id'
                and own.node = refuse_large.endpoint
                and own.state = 'open'
        );
    end loop;
end;
$$;

comment on function pgsync.refuse_large(text, jsonb)
is 'Notes records that no upload has room for, so that they do not stop the others.';
