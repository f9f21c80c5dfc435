-- A difference that is known keeps its number, and what was accepted stays so while it is the same.
create or replace function pgsync.note_difference(
    job bigint,
    kind text,
    words text,
    source_table regclass default null,
    record_id text default null,
    entry_id bigint default null,
    change_id bigint default null,
    detail text default '',
    remedy text default null,
    image jsonb default null,
    entry_ids bigint[] default null
)
returns bigint
language plpgsql
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_id bigint;
    v_expected jsonb;
    v_posted jsonb;
    v_amount bigint;
    v_currency text;
begin
    update pgsync.verify_runs as run
    set named = run.named + 1
    where run.job = note_difference.job
        and run.named < pgsync.configuration_integer('verify_named_differences');
    if not found then
        return null;
    end if;

    if note_difference.entry_ids is not null then
        with expected as (
            select line.*
            from pgsync.rule_lines(note_difference.source_table, note_difference.image) as line
        ),

        posted as (
            select coalesce(entry.rule, entry.purpose::text) as rule, line.account, line.currency, line.amount
            from ledger.journal_entries as entry
            inner join ledger.journal_lines as line on entry.id = line.entry_id
            where entry.id = any(note_difference.entry_ids)
        ),

        off as (
            select off.currency, sum(abs(off.amount)) as amount
            from (
                select line.account, line.currency, sum(line.amount) as amount
                from (
                    select expected.account, expected.currency, expected.amount from expected
                    union all
                    select posted.account, posted.currency, -posted.amount from posted
                ) as line
                group by line.account, line.currency
            ) as off
            group by off.currency
            order by sum(abs(off.amount)) desc
            limit 1
        )

        select
            (
                select jsonb_agg(
                    to_jsonb(expected)
                    || jsonb_build_object('amount', ledger.amount_text(expected.amount, expected.currency))
                    order by expected.rule, expected.account
                )
                from expected
            ),
            (
                select jsonb_agg(
                    to_jsonb(posted)
                    || jsonb_build_object('amount', ledger.amount_text(posted.amount, posted.currency))
                    order by posted.rule, posted.account
                )
                from posted
            ),
            (select least(ceil(off.amount / 2), 9e18)::bigint from off),
            (select off.currency from off)
        into v_expected, v_posted, v_amount, v_currency;
    end if;

    insert into pgsync.sync_differences as known (
        kind, source_table, record_id, entry_id, change_id, detail, found, remedy, expected, posted, amount, currency,
        first_job, last_job
    )
    values (
        note_difference.kind,
        note_difference.source_table,
        pgsync.short_id(note_difference.record_id),
        note_difference.entry_id,
        note_difference.change_id,
        left(note_difference.detail, 100),
        left(note_difference.words, 1000),
        left(note_difference.remedy, 1000),
        v_expected,
        v_posted,
        v_amount,
        v_currency,
        note_difference.job,
        note_difference.job
    )
    on conflict (
        kind, coalesce(source_table, 0::oid), coalesce(record_id, ''), coalesce(entry_id, 0), coalesce(change_id, 0),
        detail
    )
    where state <> 'gone' and state <> 'healed' do update
    set
        found = excluded.found,
        remedy = excluded.remedy,
        expected = excluded.expected,
        posted = excluded.posted,
        amount = excluded.amount,
        currency = excluded.currency,
        -- What was accepted was accepted as it was.
        (state, reason, state_since, state_by) = (
            select
                case when changed.is_so then 'open' else known.state end,
                case when changed.is_so then 'it is no longer what was accepted' else known.reason end,
                case when changed.is_so then clock_timestamp() else known.state_since end,
                case when changed.is_so then session_user::text else known.state_by end
            from (
                select
                    known.state = 'accepted'
                    and (known.found, known.expected, known.posted)
                    is distinct from (excluded.found, excluded.expected, excluded.posted) as is_so
            ) as changed
        ),
        last_job = excluded.last_job,
        seen = known.seen + (known.last_job <> excluded.last_job)::integer,
        last_seen_at = clock_timestamp()
    returning known.id into v_id;
    return v_id;
end;
$$;

comment on function pgsync.note_difference(
    bigint, text, text, regclass, text, bigint, bigint, text, text, jsonb, bigint[]
)
is 'Records what a verification found, perhaps again; returns its number, null if it recorded too many.';
