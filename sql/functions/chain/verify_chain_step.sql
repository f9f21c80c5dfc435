-- First the blocks, twenty at a time; then the rows, kind by kind and part by part.
create or replace function pgsync.verify_chain_step(verification bigint)
returns table (
    is_done boolean,
    to_seq bigint,
    links bigint,
    rows_checked bigint,
    rows_waiting bigint,
    findings bigint
)
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
set enable_seqscan = off
set jit = off
as $$
#variable_conflict use_column
declare
    v_own pgsync.chain_verifications;
    v_until bigint;
    v_part bigint;
    v_rows bigint := 0::bigint;
    v_result record;
begin
    v_own := pgsync.own_verification(verify_chain_step.verification);
    if v_own.next_seq <= v_own.to_seq then
        v_until := least(v_own.next_seq + 19, v_own.to_seq);
        with wrong as (
            insert into pgsync.chain_findings (verification, finding, seq, found)
            select v_own.id, link.finding, link.seq, link.found
            from pgsync.verify_links(v_own.next_seq, v_until) as link
            returning seq
        )

        select count(*), count(distinct wrong.seq)
        into v_result
        from wrong;
        v_own.findings := v_own.findings + v_result.count;
        select v_own.links + (v_until - v_own.next_seq + 1) - count(distinct wrong.seq)
        into v_own.links
        from pgsync.chain_findings as wrong
        where wrong.verification = v_own.id and wrong.seq between v_own.next_seq and v_until;
        v_own.next_seq := v_until + 1;
    end if;

    while v_own.next_seq > v_own.to_seq and v_own.next_kind is not null and v_rows < 50000 loop
        -- Of a span, the parts from the first one that it touches.
        if v_own.from_seq > 1 and v_own.next_part = 0 then
            select coalesce(
                min(block.part) filter (where block.seq between v_own.from_seq and v_own.to_seq), max(block.part), 0
            )
            into v_own.next_part
            from pgsync.audit_chain as block
            where block.kind = v_own.next_kind;
        end if;
        select least(
            pgsync.next_part(v_own.next_kind, v_own.next_part),
            (
                select min(block.part)
                from pgsync.audit_chain as block
                where block.kind = v_own.next_kind and block.part >= v_own.next_part
            )
        )
        into v_part;
        if v_part is null then
            select min(later.kind) filter (where later.place = later.first)
            into v_own.next_kind
            from (
                select known.kind, known.place, min(known.place) over () as first
                from pgsync.chain_kinds as known
                where known.place > (
                        select own.place from pgsync.chain_kinds as own where own.kind = v_own.next_kind
                    )
            ) as later;
            v_own.next_part := 0::bigint;
            continue;
        end if;
        for v_result in
            select part.* from pgsync.verify_part(v_own.next_kind, v_part) as part
        loop
            case v_result.finding
                when 'checked' then
                    v_own.rows_checked := v_own.rows_checked + v_result.row_count;
                    v_rows := v_rows + v_result.row_count;
                when 'waiting' then v_own.rows_waiting := v_own.rows_waiting + v_result.row_count;
                when 'dropped' then
                    v_own.rows_dropped := v_own.rows_dropped + v_result.row_count;
                    v_rows := v_rows + v_result.row_count;
                else
                    v_own.findings := v_own.findings + v_result.row_count;
                    insert into pgsync.chain_findings (verification, finding, seq, kind, key, found)
                    values (
                        v_own.id, v_result.finding, v_result.seq, v_own.next_kind, v_result.key, v_result.found
                    );
            end case;
        end loop;
        v_own.next_part := v_part + 1;
        v_rows := v_rows + 1000;
    end loop;

    update pgsync.chain_verifications as own
    set
        next_seq = v_own.next_seq,
        next_kind = v_own.next_kind,
        next_part = v_own.next_part,
        links = v_own.links,
        rows_checked = v_own.rows_checked,
        rows_waiting = v_own.rows_waiting,
        rows_dropped = v_own.rows_dropped,
        findings = v_own.findings
    where own.id = v_own.id;
    return query
    select
        v_own.next_seq > v_own.to_seq and v_own.next_kind is null,
        v_own.to_seq,
        v_own.links,
        v_own.rows_checked,
        v_own.rows_waiting,
        v_own.findings;
end;
$$;

comment on function pgsync.verify_chain_step(bigint)
is 'The next step of a verification; returns whether it was the last, and what was checked and found so far.';
