import Testing

/// What somebody who may do everything does to a ledger or behind its back, and what is to notice it.
struct Damage: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let script: String
    let breaksComparison: Bool
    let breaksSeal: Bool

    private init(_ title: String, _ script: String, comparison: Bool = true, seal: Bool = true) {
        (testDescription, self.script, breaksComparison, breaksSeal) = (title, script, comparison, seal)
    }

    static let all = [
        Damage("an amount", line("amount = amount + 1", "line = 1")),
        Damage(
            "two amounts that still balance",
            """
            \(line("amount = amount + 1", "line = 1"));
            \(line("amount = amount - 1", "line = (\(firstCredit))"))
            """
        ),
        Damage("an account", line("account = '1300'", "line = 1")),
        Damage("a party", line("party = '0'", "line = 1")),
        Damage("a dimension", line("dimensions = '{\"visit\": \"0\"}'", "line = 1")),
        Damage("a day", entry("document_date = document_date - 1")),
        Damage("a description", entry("description = 'Gift'")),
        Damage("an entry written anew as it was", entry("description = description"), comparison: false),
        Damage("an entry that is gone", deletion(of: standing)),
        Damage("a reversal that is gone", deletion(of: reversal)),
        Damage(
            "an entry that is there twice",
            """
            insert into ledger.journal_entries (
                id, entry_date, document_date, purpose, currency, source_table, record_id, rule, idempotency_key,
                input_hash, description
            )
            select
                1000000, entry_date, document_date, purpose, currency, source_table, record_id, rule, 'again',
                input_hash, description
            from ledger.journal_entries
            where id = (\(standing));
            insert into ledger.journal_lines (entry_id, amount, line, account, currency, party, dimensions)
            select 1000000, amount, line, account, currency, party, dimensions
            from ledger.journal_lines
            where entry_id = (\(standing))
            """,
            seal: false
        ),
        Damage(
            "an edit that was not captured",
            "update public.lab_bills set gross_amount = gross_amount + 1 where id = (\(postedBill))",
            seal: false
        ),
        Damage(
            "a deletion that was not captured",
            "delete from public.lab_bills where id = (\(postedBill))",
            seal: false
        ),
        Damage(
            "the class of a failure",
            "update pgsync.sync_queue set error_class = 'data.date'",
            seal: false
        ),
        Damage(
            "a failure that is forgotten",
            "set pgsync.finishing = on; delete from pgsync.sync_queue",
            seal: false
        ),
    ]

    private static let standing =
        "select min(entry_ids[1]) from pgsync.sync_master_status where entry_ids <> '{}'"
    private static let reversal = "select max(id) from ledger.journal_entries where reverses is not null"
    private static let firstCredit =
        "select min(line) from ledger.journal_lines where entry_id = (\(standing)) and amount < 0"
    private static let postedBill = """
        select min(record_id::bigint) from pgsync.sync_master_status
        where source_table = 'public.lab_bills'::regclass and entry_ids <> '{}'
        """

    private static func line(_ change: String, _ place: String) -> String {
        "update ledger.journal_lines set \(change) where entry_id = (\(standing)) and \(place)"
    }

    private static func entry(_ change: String) -> String {
        "update ledger.journal_entries set \(change) where id = (\(standing))"
    }

    private static func deletion(of id: String) -> String {
        """
        delete from ledger.journal_lines where entry_id = (\(id));
        delete from ledger.journal_entries where id = (\(id))
        """
    }
}
