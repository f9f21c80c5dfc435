create or replace function pgsync.answered_records(endpoint text, results jsonb)
returns table (source_table regclass, deletes boolean, record_ids text[], answers jsonb)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_master constant pgsync.masters := pgsync.known_master(endpoint);
begin
    perform from pgsync.version_fold for share;
    if v_master.unanswered is null then
        raise exception 'nothing was sent to %', v_master.endpoint using errcode = 'object_not_in_prerequisite_state';
    elsif jsonb_array_length(results) is distinct from jsonb_array_length(v_master.unanswered -> 'records') then
        raise exception 'the master answers % records, and % were sent',
            jsonb_array_length(results), jsonb_array_length(v_master.unanswered -> 'records')
            using errcode = 'invalid_parameter_value';
    end if;
    return query
    -- Made once, and not for each record.
    with synced as materialized (
        select listed.* from pgsync.synced_tables(v_master.tables) as listed
    )

    select
        synced.source_table,
        answered.deletes,
        array_agg(answered.sent ->> 'id' order by answered.place),
        jsonb_agg(
            answered.result
            || jsonb_build_object(
                'record_id', answered.sent ->> 'id',
                'sent_stamp', answered.sent -> 'stamp',
                'sent_data', answered.sent -> 'data',
                'sent_partial', answered.sent -> 'partial'
            )
            order by answered.place
        )
    from (
        select
            sent.content as sent,
            result.content as result,
            coalesce((result.content ->> 'deleted')::boolean, false) as deletes,
            sent.place
        from jsonb_array_elements(v_master.unanswered -> 'records') with ordinality as sent (content, place)
        inner join jsonb_array_elements(results) with ordinality as result (content, place)
            on sent.place = result.place
    ) as answered
    inner join synced on synced.name = answered.sent ->> 'table'
    group by synced.source_table, synced.place, answered.deletes
    order by answered.deletes, case when answered.deletes then -synced.place else synced.place end;
end;
$$;

comment on function pgsync.answered_records(text, jsonb)
is 'The records of the upload that a master has answered, with its answers, table by table.';
