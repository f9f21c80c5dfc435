-- While a TRUNCATE is under way, later changes can be posted: but for each record only after its own part of
-- the TRUNCATE is done, which the session that posts the record does first.
create or replace function pgsync.finish_emptying(claims pgsync.claim[])
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_truncation pgsync.sync_logs;
    v_records text[];
    v_taken_back bigint[];
    v_is_ended boolean;
begin
    loop
        v_is_ended := false;
        for v_truncation in
            select log.*
            from pgsync.sync_progress as progress
            cross join lateral (
                select own.*
                from pgsync.sync_logs as own
                where own.id = progress.subject::bigint
                offset 0
            ) as log
            where progress.kind = 'truncate' and progress.state = 'running'
            -- In the order in which process_batch ends them.
            order by log.id desc
        loop
            v_records := array(
                select distinct pgsync.short_id(claim.record_id)
                from unnest(claims) as claim
                where claim.source_table = v_truncation.source_table
                    and claim.log_id > v_truncation.id
                    and claim.action <> 'truncate'
            );
            if v_records <> '{}' then
                -- It must not end before this step is committed; see finish_truncate. If it has just ended,
                -- another may continue in its place.
                perform
                from pgsync.sync_progress as progress
                where progress.kind = 'truncate'
                    and progress.subject = v_truncation.id::text
                    and progress.state = 'running'
                for key share;
                v_is_ended := not found;
                exit when v_is_ended;
                v_taken_back := pgsync.empty_records(v_truncation, v_records);
                if v_taken_back <> '{}' then
                    insert into pgsync.truncate_steps (log_id, entry_ids) values (v_truncation.id, v_taken_back);
                end if;
            end if;
        end loop;
        exit when not v_is_ended;
    end loop;
end;
$$;

comment on function pgsync.finish_emptying(pgsync.claim[])
is 'Completes a TRUNCATE that is under way for the records of changes that came after it.';
