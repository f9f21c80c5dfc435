/// What the ledger says of each record, as texts that the interpreter can write, too; and seals upon its contents.
let ledgerChecks = #"""
    create table replay.posted (
        source regclass not null,
        record_id text collate "C" not null,
        -- The entries that are not taken back, with all that is in them.
        standing text not null default '',
        -- What is left of all entries, whichever stand.
        net text not null default '',
        constraint posted_pkey primary key (source, record_id)
    );

    -- Records whose newest change waits, what for, and the version that was applied last, if any.
    create table replay.waiting (
        source regclass not null,
        record_id text collate "C" not null,
        status text not null,
        error_class text,
        image jsonb,
        applied_action text,
        applied_image jsonb,
        constraint waiting_pkey primary key (source, record_id)
    );

    -- Each query reads all there is once, whatever the planner thinks of the joins.
    create procedure replay.collect() language plpgsql set enable_nestloop = off set jit = off as $$
    begin
        truncate replay.posted, replay.waiting;

        insert into replay.posted (source, record_id, standing)
        select entry.source_table, entry.record_id, string_agg(
            concat_ws('|', entry.rule, entry.document_date, entry.currency, entry.description) || content.lines,
            e'\n' order by entry.rule
        )
        from ledger.journal_entries as entry
        inner join (
            select line.entry_id, string_agg(
                e'\n' || concat_ws(
                    '|', line.account, line.amount, line.currency, coalesce(line.party, '-'), line.dimensions
                ), '' order by line.line
            ) as lines
            from ledger.journal_lines as line
            group by line.entry_id
        ) as content on content.entry_id = entry.id
        left join ledger.journal_entries as taken_back on taken_back.reverses = entry.id
        where entry.reverses is null and taken_back.id is null
        group by entry.source_table, entry.record_id;

        insert into replay.posted (source, record_id, net)
        select part.source_table, part.record_id, coalesce(string_agg(part.word, e'\n' order by part.word), '')
        from (
            select entry.source_table, entry.record_id, case when sum(line.amount) <> 0 then concat_ws(
                '|', line.account, sum(line.amount), line.currency, coalesce(line.party, '-'), line.dimensions
            ) collate "C" end as word
            from ledger.journal_entries as entry
            inner join ledger.journal_lines as line on line.entry_id = entry.id
            group by entry.source_table, entry.record_id, line.account, line.currency, line.party, line.dimensions
        ) as part
        group by part.source_table, part.record_id
        on conflict (source, record_id) do update set net = excluded.net;

        insert into replay.waiting (source, record_id, status, error_class, image, applied_action, applied_image)
        select newest.*, applied.action, applied.data
        from (
            select distinct on (log.source_table, log.record_id)
                log.source_table, log.record_id, queue.sync_status, queue.error_class, log.data
            from pgsync.sync_queue as queue
            inner join pgsync.sync_logs as log on log.id = queue.log_id
            order by log.source_table, log.record_id, log.id desc
        ) as newest
        left join (
            select audit.source_table, audit.record_id, max(audit.log_id) as log_id
            from pgsync.sync_audit_log as audit
            where audit.outcome in ('posted', 'amended', 'reversed', 'unchanged')
            group by audit.source_table, audit.record_id
        ) as last on last.source_table = newest.source_table and last.record_id = newest.record_id
        left join pgsync.sync_logs as applied on applied.id = last.log_id;
        analyze replay.posted, replay.waiting;
    end
    $$;

    -- What is wrong that needs no rule to see.
    create function replay.faults() returns setof text language plpgsql set jit = off as $$
    declare
        v_source pgsync.sources;
    begin
        for v_source in select * from pgsync.sources loop
            return query execute format(
                'select format(%1$L, posted.record_id, posted.net, posted.standing)
                from replay.posted left join %2$s as present on present.id::text = posted.record_id
                where posted.source = %2$L::regclass and present.id is null and (posted.net <> '''' or posted.standing <> '''')',
                format('%s %%s is gone, yet posted: %%s %%s', v_source.table_name), v_source.source_table
            );
            return query execute format(
                'select format(%1$L, waiting.record_id)
                from replay.waiting left join %2$s as present on present.id::text = waiting.record_id
                where waiting.source = %2$L::regclass and present.id is null',
                format('%s %%s is gone, yet waits', v_source.table_name), v_source.source_table
            );
        end loop;
        return query
        select format('%s %s is %s', waiting.source, waiting.record_id, waiting.status)
        from replay.waiting
        where waiting.status <> 'failed'
        union all
        select format('entry %s in %s adds up to %s', line.entry_id, line.currency, sum(line.amount))
        from ledger.journal_lines as line
        group by line.entry_id, line.currency
        having sum(line.amount) <> 0
        union all
        select format('the ledger in %s adds up to %s', line.currency, sum(line.amount))
        from ledger.journal_lines as line
        group by line.currency
        having sum(line.amount) <> 0
        union all
        select format('entry %s has no lines', entry.id)
        from ledger.journal_entries as entry
        left join ledger.journal_lines as line on line.entry_id = entry.id and line.line = 1
        where line.entry_id is null
        union all
        select format('line %s of entry %s has no entry', line.line, line.entry_id)
        from ledger.journal_lines as line
        left join ledger.journal_entries as entry on entry.id = line.entry_id
        where entry.id is null;
    end
    $$;

    -- The contents of the entries from one id to another. The number of the transaction that wrote a row tells
    -- of a row that was written anew with the same contents.
    create function replay.digest(first_id bigint, last_id bigint) returns text language sql as $$
        select concat_ws(
            ' ',
            (
                select concat_ws(' ', count(*), sum(hashtextextended(concat_ws(' ', entry.xmin, entry), 0)::numeric))
                from ledger.journal_entries as entry
                where entry.id between first_id and last_id
            ),
            (
                select concat_ws(' ', count(*), sum(hashtextextended(concat_ws(' ', line.xmin, line), 0)::numeric))
                from ledger.journal_lines as line
                where line.entry_id between first_id and last_id
            )
        )
    $$;

    create table replay.seals (first_id bigint not null, last_id bigint not null, digest text not null);

    -- Seals all that was posted since the last seal, while nobody posts.
    create procedure replay.seal() language sql as $$
        insert into replay.seals (first_id, last_id, digest)
        select part.first_id, part.last_id, replay.digest(part.first_id, part.last_id)
        from (
            select
                (select coalesce(max(seal.last_id), 0) + 1 from replay.seals as seal) as first_id,
                (select coalesce(max(entry.id), 0) from ledger.journal_entries as entry) as last_id
        ) as part
        where part.first_id <= part.last_id
    $$;

    create function replay.broken_seals() returns setof text language sql as $$
        select format('entries %s to %s were changed', seal.first_id, seal.last_id)
        from replay.seals as seal
        where seal.digest <> replay.digest(seal.first_id, seal.last_id)
        order by seal.first_id
    $$;
    """#
