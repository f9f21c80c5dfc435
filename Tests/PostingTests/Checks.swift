/// What must hold of any ledger, as functions of the schema checks; each returns a line for each fault.
let checks = #"""
    create schema checks;

    -- The batch as words: what there was none of is not told.
    create function checks.told(result pgsync.batch_result) returns text language sql immutable as $$
        select coalesce(string_agg(format('%s %s', word.name, word.number), ', ' order by word.place), 'nothing')
        from (values
            (1, 'posted', result.posted), (2, 'amended', result.amended), (3, 'reversed', result.reversed),
            (4, 'unchanged', result.unchanged), (5, 'superseded', result.superseded), (6, 'failed', result.failed),
            (7, 'deferred', result.deferred), (8, 'left', result.left_waiting)
        ) as word (place, name, number)
        where word.number > 0
    $$;

    create view checks.standing as
    select entry.*
    from ledger.journal_entries as entry
    where entry.reverses is null
        and not exists (select from ledger.journal_entries as reversal where reversal.reverses = entry.id);

    -- An entry in one line of text.
    create function checks.content(entry_id bigint) returns text language sql stable as $$
        select format('%s %s', entry.document_date, entry.description)
            || string_agg(concat_ws(' ', ', ' || line.account, line.amount, line.currency, line.party, line.dimensions), '' order by line.line)
        from ledger.journal_entries as entry
        inner join ledger.journal_lines as line on line.entry_id = entry.id
        where entry.id = content.entry_id
        group by entry.id
    $$;

    create function checks.is_before(one pgsync.sync_logs, other pgsync.sync_logs) returns boolean language sql immutable as $$
        select case
            when one.action <> 'truncate' and one.snapshot is not null and other.snapshot is null
                then not pg_visible_in_snapshot(other.captured_xid, one.snapshot)
            when one.snapshot is null and other.snapshot is not null
                then pg_visible_in_snapshot(one.captured_xid, other.snapshot)
            else one.id < other.id
        end
    $$;

    -- The rows as they are now, posted anew, against what stands in the ledger. A record whose last change has
    -- failed, was skipped or waits is left out.
    create function checks.differences(source regclass) returns setof text language plpgsql as $$
    declare
        v_images jsonb[];
        v_ids text[];
    begin
        execute format('select array_agg(to_jsonb(t) order by id), array_agg(id::text order by id) from %s as t', source)
        into v_images, v_ids;
        return query
        with expected as (
            select v_ids[made.number] as record_id, made.rule, string_agg(
                concat_ws(' ', made.entry_date, made.description, made.accounts, made.amounts, made.currency, made.parties, made.dimensions), ''
            ) as content
            from pgsync.evaluate(array_fill(source, array[coalesce(cardinality(v_ids), 0)]), v_images) as made
            where made.accounts is not null
            group by made.number, made.rule
        ),
        present as (
            select entry.record_id, entry.rule, string_agg(
                concat_ws(' ', entry.document_date, entry.description, line.accounts, line.amounts, entry.currency, line.parties, line.dimensions), ''
            ) as content
            from checks.standing as entry
            cross join lateral (
                select array_agg(own.account order by own.line) as accounts, array_agg(own.amount order by own.line) as amounts,
                    array_agg(own.party order by own.line) as parties, array_agg(own.dimensions order by own.line) as dimensions
                from ledger.journal_lines as own where own.entry_id = entry.id
            ) as line
            where entry.source_table = source
            group by entry.record_id, entry.rule
        ),
        open as (
            select distinct log.record_id from pgsync.sync_log_status as log
            where log.source_table = source and log.sync_status in ('pending', 'failed', 'skipped')
        )
        select format('%s: ledger %s, replay %s', coalesce(expected.record_id, present.record_id), present.content, expected.content)
        from expected
        full join present on present.record_id = expected.record_id and present.rule = expected.rule
        where present.content is distinct from expected.content
            and coalesce(expected.record_id, present.record_id) not in (select record_id from open);
    end
    $$;

    -- Captured = posted + amended + … + waiting, each change in exactly one place.
    create function checks.unaccounted() returns setof text language sql stable as $$
        select format('change %s is %s and %s', log.id, queue.sync_status, attempt.outcome)
        from pgsync.sync_logs as log
        full join pgsync.sync_queue as queue on queue.log_id = log.id
        left join lateral (
            select own.outcome, own.attempt, count(*) over () as attempts
            from pgsync.sync_audit_log as own where own.log_id = log.id order by own.attempt desc limit 1
        ) as attempt on true
        where log.id is null
            or (queue.log_id is null and coalesce(attempt.outcome, 'failed') = 'failed')
            or (queue.log_id is not null and attempt.outcome <> 'failed')
            or attempt.attempts <> attempt.attempt
            or (queue.log_id is not null and queue.attempts <> coalesce(attempt.attempt, 0))
        union all
        select format('%s captured, %s accounted for', count(*), sum(number))
        from (
            select count(*) as number from pgsync.sync_log_status as status
            group by status.sync_status
            having status.sync_status in (
                'posted', 'amended', 'reversed', 'unchanged', 'superseded', 'skipped', 'failed', 'pending'
            )
        ) as counted
        having sum(number) <> (select count(*) from pgsync.sync_logs)
    $$;

    create function checks.faults() returns setof text language sql stable as $$
        select checks.unaccounted()
        union all
        select format('%s %s is out of balance by %s', sums.currency, sums.entry_id, sums.total)
        from (
            select currency, entry_id, sum(amount) as total from ledger.journal_lines group by rollup (currency, entry_id)
        ) as sums where sums.total <> 0
        union all
        select format('%s of %s is posted twice', rule, record_id) from checks.standing
        where rule is not null group by source_table, record_id, rule having count(*) > 1
        union all
        select format('%s of %s: entry %s before %s', chain.rule, chain.record_id, chain.id, chain.next_id)
        from (
            select entry.*, lead(entry.id) over later as next_id, lead(entry.change_id) over later as next_change
            from ledger.journal_entries as entry where entry.record_id is not null
            window later as (partition by entry.source_table, entry.record_id order by entry.id)
        ) as chain
        inner join pgsync.sync_logs as one on one.id = chain.change_id
        inner join pgsync.sync_logs as other on other.id = chain.next_change
        where one.id <> other.id and not checks.is_before(one, other)
        union all
        select format('%s of %s stands at %s, the ledger at %s', coalesce(master.record_id, present.record_id),
            coalesce(master.source_table, present.source_table), master.entry_ids, present.entry_ids)
        from (select * from pgsync.sync_master_status where entry_ids <> '{}') as master
        full join (
            select source_table, pgsync.short_id(record_id) as record_id, array_agg(id order by id) as entry_ids, array_agg(rule order by id) as rules
            from checks.standing where record_id is not null group by 1, 2
        ) as present using (source_table, record_id)
        where (select array_agg(id order by id) from unnest(master.entry_ids) as id) is distinct from present.entry_ids
            or (select array_agg(rule order by id) from unnest(master.entry_ids, master.rules) as own (id, rule)) is distinct from present.rules
        union all
        select format('attempt %s at %s says %s, the journal %s', audit.attempt, audit.log_id, audit.entry_ids, made.entry_ids)
        from pgsync.sync_audit_log as audit
        full join (
            select change_id, array_agg(id order by id) as entry_ids from ledger.journal_entries group by 1
        ) as made on made.change_id = audit.log_id and audit.outcome in ('posted', 'amended', 'reversed')
        where (select array_agg(id order by id) from unnest(audit.entry_ids) as id) is distinct from made.entry_ids
            or (audit.outcome is null and made.change_id is not null)
    $$;

    -- Changes that were tried and that the chain of their record does not lead to.
    create function checks.unchained() returns setof text language sql stable as $$
        with recursive chain as (
            select master.source_table, master.record_id, master.last_audited as log_id from pgsync.sync_master_status as master
            union
            select chain.source_table, chain.record_id, audit.previous_change
            from chain inner join pgsync.sync_audit_log as audit on audit.log_id = chain.log_id
            where audit.previous_change is not null
        )
        select format('%s of %s is not in the chain of its record', audit.log_id, audit.record_id)
        from pgsync.sync_audit_log as audit
        left join chain on chain.log_id = audit.log_id and chain.source_table = audit.source_table
            and chain.record_id = pgsync.short_id(audit.record_id)
        where audit.record_id <> '' and chain.log_id is null
        group by audit.log_id, audit.record_id
    $$;
    """#
