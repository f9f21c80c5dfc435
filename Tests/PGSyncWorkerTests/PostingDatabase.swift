import PGSyncSchema
import Postgres
import TestSupport
import Testing

extension Trait where Self == DatabaseTrait {
    /// A database with a table of bills that is attached, a rule for it, and the year 2026 open.
    static var postingDatabase: DatabaseTrait {
        .database(prepared: "posting_worker") { connection in
            try await Migrator(binaryVersion: "1.0").migrate(on: connection)
            _ = try await connection.withSession { try $0.runScript(billsPreparation).count }
        }
    }
}

/// A rule written by hand: what is under test is who calls it, and when.
let billsPreparation = """
    create table bills (id bigint primary key, amount numeric(12, 2), note text);
    select pgsync.attach('bills');
    select ledger.open_period('2026', '2026-01-01', '2026-12-31');
    select ledger.import_chart('[
        {"code": "1000", "name": "Cash", "type": "asset"}, {"code": "4000", "name": "Income", "type": "income"}
    ]');
    create function pgsync.rule_bill_v1(image jsonb)
    returns table (
        error_class text, error_message text, error_column text, entry_date date, currency text,
        description text, accounts text[], amounts bigint[], parties text[], dimensions jsonb[]
    )
    language sql stable
    begin atomic
    select
        case when amount.value is null then 'data.missing' end,
        case when amount.value is null then 'amount is missing' end,
        case when amount.value is null then 'amount' end,
        '2026-03-01'::date,
        case when amount.value is not null then 'INR' end,
        case when amount.value is not null then coalesce(image ->> 'note', 'bill') end,
        case when amount.value is not null then array['1000', '4000'] end,
        case when amount.value is not null then array[amount.value, -amount.value] end,
        case when amount.value is not null then array[null, null]::text[] end,
        case when amount.value is not null then array[null, null]::jsonb[] end
    from (select ((image ->> 'amount')::numeric * 100)::bigint as value) as amount;
    end;
    alter function pgsync.rule_bill_v1(jsonb) owner to pgsync_owner;
    insert into pgsync.rules (
        name, version, table_name, source_table, content, checksum, columns, function_name, currency
    )
    values (
        'bill', 1, 'public.bills', 'bills', 'by hand', encode(sha256('by hand'), 'hex'), '{}', 'rule_bill_v1', 'INR'
    );
    select pgsync.refresh_evaluate();
    """

extension TestDatabase {
    /// Writes bills, all in one transaction.
    func insertBills(_ ids: ClosedRange<Int>, note: String = "bill") async throws {
        try await run(
            "insert into bills select g, g, '\(note)' from generate_series(\(ids.lowerBound), \(ids.upperBound)) as g"
        )
    }

    func count(_ what: String) async throws -> Int {
        Int(try await run("select count(*)::text from \(what)")[0] ?? "") ?? -1
    }

    /// Waits until nothing may be posted any more.
    func untilPosted(within limit: Duration = .seconds(60)) async throws {
        try await connect { connection in
            try await eventually(within: limit) {
                try await connection.withSession { session in
                    try session.query(
                        "select ready = 0 from pgsync.waiting_counts()"
                    ).onlyRow().decode(0)
                }
            }
        }
    }

    /// What must hold whatever happened, as the names of what does not.
    ///
    /// Each record has the entry of its newest change standing once, each change ended once, and the books balance.
    func violations() async throws -> [String?] {
        try await run(
            """
            with standing as (
                select entry.record_id, line.amount
                from ledger.journal_entries as entry
                inner join ledger.journal_lines as line on line.entry_id = entry.id and line.account = '1000'
                where entry.purpose = 'posting'
                    and not exists (
                        select from ledger.journal_entries as reversal where reversal.reverses = entry.id
                    )
            )

            select 'a bill is not posted, or not as it is: ' || bill.id
            from bills as bill
            where bill.amount is not null
                and not exists (
                    select from pgsync.sync_queue as queue
                    inner join pgsync.sync_logs as log on log.id = queue.log_id and log.record_id = bill.id::text
                )
                and (
                    select array_agg(standing.amount) from standing where standing.record_id = bill.id::text
                ) is distinct from array[(bill.amount * 100)::bigint]
            union all
            select 'an entry stands for no bill: ' || standing.record_id
            from standing
            where standing.record_id not in (select id::text from bills)
            union all
            select 'a change ended ' || count(*) || ' times: ' || audit.log_id
            from pgsync.sync_audit_log as audit
            where audit.outcome <> 'failed'
            group by audit.log_id
            having count(*) > 1
            union all
            select 'a change is neither over nor waiting, or both: ' || log.id
            from pgsync.sync_logs as log
            where exists (
                select from pgsync.sync_audit_log as audit
                where audit.log_id = log.id and audit.outcome <> 'failed'
            ) = exists (select from pgsync.sync_queue as queue where queue.log_id = log.id)
            union all
            select 'the books do not balance'
            from ledger.journal_lines
            having sum(amount) <> 0
            """
        )
    }
}
