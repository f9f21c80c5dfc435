import Postgres
import TestSupport
import Testing

extension Trait where Self == DatabaseTrait {
    /// A database with a table of bills that is attached, a rule for it, and the year 2026 open.
    static var postingDatabase: DatabaseTrait {
        .migrated(as: "posting_worker", billsPreparation)
    }
}

/// A rule written by hand: what is under test is who calls it, and when.
let billsPreparation = """
    create table bills (id bigint primary key, amount numeric(12, 2), note text);
    select pgsync.attach('bills');
    \(LittleLedger.cashBook)
    \(LittleLedger.rule("bill", bill))
    alter function pgsync.rule_bill_v1(jsonb) owner to pgsync_owner;
    insert into pgsync.rules (
        name, version, table_name, source_table, content, checksum, columns, function_name, currency
    )
    values (
        'bill', 1, 'public.bills', 'bills', 'by hand', encode(sha256('by hand'), 'hex'), '{}', 'rule_bill_v1', 'INR'
    );
    select pgsync.refresh_evaluate();
    """

private let bill = """
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
    from (select ((image ->> 'amount')::numeric * 100)::bigint as value) as amount
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

    /// Which promises are broken.
    func violations() async throws -> [String] {
        try await lines(
            Promises.broken(
                expected: """
                    select bill.id::text as record_id, (bill.amount * 100)::bigint as amount
                    from bills as bill
                    where bill.amount is not null
                    """,
                account: "1000"
            )
        )
    }
}
