-- One place may have the anchors of several databases. Those of this one name it, and a database system where
-- it was or is: that of one of its blocks, or the present one. Whatever agrees with the chain is of it, too,
-- such as what has the name from before a restore.
create or replace function pgsync.compare_anchors(
    verification bigint,
    anchor text,
    seqs bigint[],
    heads text[],
    times timestamptz[],
    systems bigint[],
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
    v_systems constant bigint[] := array(
        select block.system_identifier from pgsync.audit_chain as block
        union
        select control.system_identifier from pg_control_system() as control
    );
    v_lines bigint;
begin
    v_own := pgsync.own_verification(compare_anchors.verification);
    with line as materialized (
        select
            anchored.seq,
            anchored.head,
            anchored.at,
            block.head as head_now
        from unnest(
            compare_anchors.seqs, compare_anchors.heads, compare_anchors.times, compare_anchors.systems,
            compare_anchors.databases
        ) as anchored (seq, head, at, system, database)
        left join pgsync.audit_chain as block on anchored.seq = block.seq
        where anchored.seq > 0
            and (
                (anchored.database = current_database() and anchored.system = any(v_systems))
                or encode(block.head, 'hex') = anchored.head
            )
    ),

    wrong as (
        insert into pgsync.chain_findings (verification, finding, seq, found)
        select
            v_own.id,
            case when line.head_now is null then 'tail_cut' else 'rewritten' end,
            line.seq,
            format(
                '%s says at %s that this block had the head %s; %s',
                compare_anchors.anchor, pgsync.utc_text(line.at), line.head,
                coalesce('it has ' || encode(line.head_now, 'hex'), 'there is no such block')
            )
        from line
        where encode(line.head_now, 'hex') is distinct from line.head
        order by line.seq
        limit 100
        returning seq
    ),

    summed as (
        select
            count(*) as lines,
            (array_agg(line.seq order by line.at desc))[1] as seq,
            max(line.at) as at,
            (select count(*) from wrong) as wrong
        from line
    ),

    noted as (
        update pgsync.chain_verifications as own
        set
            findings = own.findings + summed.wrong,
            anchors = own.anchors || jsonb_build_object(
                'anchor', compare_anchors.anchor,
                'lines', summed.lines,
                'seq', summed.seq,
                'anchored_at', summed.at,
                'wrong', summed.wrong
            )
        from summed
        where own.id = v_own.id and summed.lines > 0
    )

    select summed.lines into v_lines from summed;
    return v_lines;
end;
$$;

comment on function pgsync.compare_anchors(bigint, text, bigint[], text[], timestamptz[], bigint[], text[])
is 'Compares the anchors of this database with its chain during a verification; returns how many these are.';
