import TestSupport

/// Tables, rules and books to post from, written by hand in the form that rules are compiled to.
let fixture = #"""
    create table public.bills (
        id int primary key, status text default 'final', day date default '2026-04-10', amount numeric, fee numeric,
        party text default 'P-1', account text default '4000', note text default 'Bill', dims jsonb,
        currency text default 'INR'
    );
    create table public.moves (like public.bills including all);
    -- None of these is posted at all.
    create table public.notes (id int primary key, v int);
    create table public.parts (like public.bills including defaults) partition by list (id);
    create table public.parts_1 partition of public.parts for values in (1, 2, 3);
    create table public.parts_2 partition of public.parts for values in (4, 5, 6);
    alter table public.parts add primary key (id);
    select pgsync.attach('public.bills');
    select pgsync.attach('public.moves');
    select pgsync.attach('public.notes');
    select pgsync.attach('public.parts');

    select ledger.import_chart('[
        {"code": "1000", "name": "Cash", "type": "asset"},
        {"code": "1200", "name": "Receivable", "type": "asset", "party_required": true},
        {"code": "4000", "name": "Sales", "type": "income"},
        {"code": "4100", "name": "Fees", "type": "income"},
        {"code": "4200", "name": "Other sales", "type": "income"},
        {"code": "9999", "name": "Closed", "type": "income", "active": false}
    ]');
    \#(LittleLedger.months)

    set role pgsync_owner;

    \#(LittleLedger.rule("bill", bill))
    -- From another day on the same goes to another account.
    \#(LittleLedger.rule("bill", version: 2, #"select * from pgsync.rule_bill_v1(image || '{"account": "4200"}')"#))
    \#(LittleLedger.rule("fee", fee))

    create function pgsync.add_rule(
        name text, version integer, source regclass, active_from date default '-infinity', as_rule text default null
    )
    returns void language sql
    begin atomic
        insert into pgsync.rules (
            name, version, table_name, source_table, content, checksum, columns, function_name, currency, active_from
        )
        values (
            add_rule.name, add_rule.version, source::text, source, add_rule.name, encode(sha256(add_rule.name::bytea), 'hex'),
            '{amount}', format('rule_%s_v%s', add_rule.name, add_rule.version), 'INR', add_rule.active_from
        );
        select pgsync.refresh_evaluate();
    end;

    do $do$
    begin
        execute replace(pg_get_functiondef('pgsync.rule_bill_v1'::regproc), 'rule_bill_v1', 'rule_move_v1');
        execute replace(pg_get_functiondef('pgsync.rule_bill_v1'::regproc), 'rule_bill_v1', 'rule_part_v1');
    end;
    $do$;
    select pgsync.add_rule('bill', 1, 'public.bills'), pgsync.add_rule('fee', 1, 'public.bills');
    select pgsync.add_rule('move', 1, 'public.moves'), pgsync.add_rule('part', 1, 'public.parts');
    reset role;
    """#

/// A sale: what is not final posts nothing, a bill without an amount, a day or with a negative amount fails.
private let bill = """
    select
        made.failure,
        case when made.failure is not null then made.failed_column || ' is wrong' end,
        case when made.failure is not null then made.failed_column end,
        (image ->> 'day')::date,
        case when made.failure is null then image ->> 'currency' end,
        case when made.failure is null then coalesce(image ->> 'note', 'Bill') end,
        case
            when made.failure is not null then null
            when image ->> 'note' = 'turned' then array[image ->> 'account', '1200']
            else array['1200', image ->> 'account']
        end,
        case
            when made.failure is not null then null
            when image ->> 'note' = 'turned' then array[-made.amount::bigint, made.amount::bigint]
            else array[made.amount::bigint, -made.amount::bigint]
        end,
        case
            when made.failure is not null then null
            when image ->> 'note' = 'turned' then array[null, image ->> 'party']
            else array[image ->> 'party', null]
        end,
        case when made.failure is null then array[nullif(image -> 'dims', 'null'), null] end
    from (
        select
            (image ->> 'amount')::numeric as amount,
            case
                when image ->> 'amount' is null or image ->> 'day' is null then 'data.missing'
                when (image ->> 'amount')::numeric <= 0 then 'data.negative'
            end as failure,
            case when image ->> 'day' is null then 'day' else 'amount' end as failed_column
    ) as made
    where image ->> 'status' = 'final'
    """

/// A second rule for the same table.
private let fee = """
    select
        case when made.fee < 0 then 'data.negative' end,
        case when made.fee < 0 then 'fee is wrong' end,
        case when made.fee < 0 then 'fee' end,
        (image ->> 'day')::date,
        'INR',
        'Fee',
        case when made.fee > 0 then array['1000', '4100'] end,
        case when made.fee > 0 then array[made.fee::bigint, -made.fee::bigint] end,
        case when made.fee > 0 then array[null, null]::text[] end,
        case when made.fee > 0 then array[null, null]::jsonb[] end
    from (select (image ->> 'fee')::numeric as fee) as made
    where made.fee <> 0 and image ->> 'status' = 'final'
    """
