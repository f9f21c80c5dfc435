create or replace function pgsync.next_part(kind text, part bigint)
returns bigint
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set jit = off
as $$
declare
    v_id bigint;
begin
    case next_part.kind
        when 'audit' then
            select min(audit.log_id)
            into v_id
            from pgsync.sync_audit_log as audit
            where audit.log_id >= next_part.part << 14;
        when 'entry' then
            select min(entry.id)
            into v_id
            from ledger.journal_entries as entry
            where entry.id >= next_part.part << 14;
        when 'act' then
            select min(act.id)
            into v_id
            from pgsync.acts as act
            where act.id >= next_part.part << 14;
        else
            v_id := case when next_part.part = 0 then 0::bigint end;
    end case;
    return v_id >> 14;
end;
$$;

comment on function pgsync.next_part(text, bigint)
is 'The first part from this one on that may have rows of a kind; null if there is none.';
