create or replace function pgsync.compare_anchors(
    verification bigint,
    anchor text,
    seqs bigint[],
    heads text[],
    times timestamptz[],
    databases text[]
)
returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $$
declare
    v_own pgsync.chain_verifications;
    v_wrong bigint;
begin
    v_own := pgsync.own_verification(compare_anchors.verification);
    with line as (
        select
            anchored.seq,
            anchored.head,
            anchored.at,
            anchored.database,
            block.head as head_now
        from unnest(
            compare_anchors.seqs, compare_anchors.heads, compare_anchors.times, compare_anchors.databases
        ) as anchored (seq, head, at, database)
        left join pgsync.audit_chain as block on anchored.seq = block.seq
        where anchored.seq > 0
    ),

    wrong as (
        insert into pgsync.chain_findings (verification, finding, seq, found)
        select
            v_own.id,
            case when line.head_now is null then 'tail_cut' else 'rewritten' end,
            line.seq,
            format(
                '%s says of %s at %s that this block had the head %s; %s',
                compare_anchors.anchor, line.database, pgsync.utc_text(line.at), line.head,
                coalesce('it has ' || encode(line.head_now, 'hex'), 'there is no such block')
            )
        from line
        where encode(line.head_now, 'hex') is distinct from line.head
        order by line.seq
        limit 100
        returning seq
    )

    select count(*) into v_wrong from wrong;
    update pgsync.chain_verifications as own
    set
        findings = own.findings + v_wrong,
        anchors = own.anchors || (
            select
                jsonb_agg(
                    jsonb_build_object(
                        'anchor', compare_anchors.anchor,
                        'lines', cardinality(compare_anchors.seqs),
                        'seq', newest.seq,
                        'anchored_at', newest.at,
                        'wrong', v_wrong
                    )
                )
            from (
                select listed.seq, listed.at
                from unnest(compare_anchors.seqs, compare_anchors.times) as listed (seq, at)
                order by listed.at desc
                limit 1
            ) as newest
        )
    where own.id = v_own.id and cardinality(compare_anchors.seqs) > 0;
    return v_wrong;
end;
$$;

comment on function pgsync.compare_anchors(bigint, text, bigint[], text[], timestamptz[], text[])
is 'Compares what an anchor says with the chain during a verification; returns how many lines are wrong.';
