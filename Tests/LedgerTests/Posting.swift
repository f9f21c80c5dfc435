/// An entry with its lines, as one statement; what a test changes of it is what the test is about.
struct Posting: Sendable {
    var key = "key"
    var date = "2026-04-10"
    var documentDate = "2026-04-10"
    var purpose = "posting"
    var currency = "INR"
    var reverses = "null"
    var extraColumns = ""
    var extraValues = ""
    /// Rows of line, account, amount, currency and party.
    var lines = ["(1, '1000', 500, 'INR', null)", "(2, '4000', -500, 'INR', null)"]

    var entry: String {
        """
        insert into ledger.journal_entries (
            entry_date, document_date, purpose, currency, reverses, idempotency_key, input_hash,
            description\(extraColumns)
        )
        values (
            '\(date)', '\(documentDate)', '\(purpose)', '\(currency)', \(reverses), '\(key)', '\\x01', 'Test'\(extraValues)
        )
        """
    }

    var statement: String {
        """
        with entry as (\(entry) returning id)
        insert into ledger.journal_lines (entry_id, line, account, amount, currency, party)
        select entry.id, line.number, line.account, line.amount, line.currency, line.party
        from entry
        cross join (
            select * from (values (null::smallint, null::text, null::bigint, null::text, null::text)) as typed
            union all
            values \(lines.joined(separator: ", "))
        ) as line (number, account, amount, currency, party)
        where line.number is not null;
        """
    }
}
