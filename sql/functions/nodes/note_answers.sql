-- The version of the master becomes that of the record only where the row is what the master has. Where it
-- was changed again since, the next upload has that version as its base, or, if the master has another row,
-- the same base as before with what was sent.
create or replace function pgsync.note_answers(
    endpoint text,
    source_table regclass,
    answers jsonb,
    failed bigint[]
)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_tick constant bigint := (select fold.folded_through + 1 from pgsync.version_fold as fold);
    v_last_id constant bigint := pgsync.last_log_id();
    v_policy constant text := (
        select own.policy from pgsync.sources as own where own.source_table = note_answers.source_table
    );
begin
    with answer as materialized (
        select
            element.place - 1 as place,
            element.content ->> 'record_id' as record_id,
            element.content ->> 'status' as status,
            element.content ->> 'need' as need,
            element.content ? 'row' or element.content ? 'deleted' as has_row,
            coalesce((element.content ->> 'deleted')::boolean, false) as is_deleted,
            split_part(element.content ->> 'version', '@', 1)::bigint as stamp,
            split_part(element.content ->> 'version', '@', 2) as origin,
            (element.content ->> 'sent_stamp')::bigint as sent_stamp,
            case
                when v_policy in ('fields', 'delta') and element.content -> 'sent_partial' is distinct from 'true'
                    then nullif(element.content -> 'sent_data', 'null')
            end as sent_image,
            element.content -> 'sent_data' as sent_data
        from jsonb_array_elements(answers) with ordinality as element (content, place)
    )

    update pgsync.record_versions as known
    set (tick, stamp, origin, via, changed_xid, changed_log_id, deleted_at, base_stamp, base_origin, base_image, refused_at) = (
        select
            outcome.tick, outcome.stamp, outcome.origin, outcome.via, outcome.changed_xid,
            case when outcome.changed_xid = pg_current_xact_id() then v_last_id else known.changed_log_id end,
            outcome.deleted_at,
            outcome.base_stamp, outcome.base_origin, outcome.base_image,
            case
                when outcome.name = 'taken' and answer.status = 'failed' and not answer.has_row then clock_timestamp()
            end
        from (
            values
            -- As the master has it. What has become of it is news for other neighbours; that it arrived is none.
            (
                'taken',
                case
                    when answer.has_row or (answer.stamp, answer.origin) <> (known.stamp, known.origin) then v_tick
                    else known.tick
                end,
                coalesce(answer.stamp, known.stamp), coalesce(answer.origin, known.origin),
                note_answers.endpoint,
                case when answer.has_row then pg_current_xact_id() else known.changed_xid end,
                case
                    when answer.is_deleted then coalesce(known.deleted_at, clock_timestamp())
                    when answer.has_row then null
                    else known.deleted_at
                end,
                -- What is refused still stands on the version that it was made of.
                case when answer.status = 'failed' and not answer.has_row then known.base_stamp end,
                case when answer.status = 'failed' and not answer.has_row then known.base_origin end,
                case when answer.status = 'failed' and not answer.has_row then known.base_image end
            ),
            -- Changed again, and the master has what was sent.
            (
                'base', known.tick, known.stamp, known.origin, known.via, known.changed_xid, known.deleted_at,
                answer.stamp, answer.origin,
                coalesce(answer.sent_image, known.base_image || answer.sent_data)
            ),
            -- Changed again, and the master has another row.
            (
                'row', known.tick, known.stamp, known.origin, known.via, known.changed_xid, known.deleted_at,
                known.base_stamp, known.base_origin,
                coalesce(answer.sent_image, known.base_image || answer.sent_data)
            ),
            -- The whole row is asked for.
            (
                'again', known.tick, known.stamp, known.origin, known.via, known.changed_xid, known.deleted_at,
                known.base_stamp, known.base_origin, null
            ),
            -- It could not be written here, so that it is sent again.
            (
                'failed', known.tick, known.stamp, known.origin, known.via, known.changed_xid, known.deleted_at,
                known.base_stamp, known.base_origin, known.base_image
            )
        ) as outcome (name, tick, stamp, origin, via, changed_xid, deleted_at, base_stamp, base_origin, base_image)
        where outcome.name = case
            when answer.place = any(failed) then 'failed'
            when answer.need = 'full' then 'again'
            when known.stamp = answer.sent_stamp then 'taken'
            when answer.has_row or answer.stamp is null then 'row'
            else 'base'
        end
    )
    from answer
    where known.source_table = note_answers.source_table
        and known.record_id = pgsync.short_id(answer.record_id) collate "C";
end;
$$;

comment on function pgsync.note_answers(text, regclass, jsonb, bigint[])
is 'Notes what a master has made of the records that were sent to it.';
