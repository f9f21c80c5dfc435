/// Scripts for a migrated database, of which tests make little ledgers.
package enum LittleLedger {
    /// Opens the months of 2026.
    package static let months = """
        select ledger.open_period(
            format('2026-%s', to_char(month, 'FM00')), make_date(2026, month, 1),
            (make_date(2026, month, 1) + interval '1 month' - interval '1 day')::date
        )
        from generate_series(1, 12) as month;
        """

    /// Opens the year 2026, and two accounts.
    package static let cashBook = """
        select ledger.open_period('2026', '2026-01-01', '2026-12-31');
        select ledger.import_chart('[
            {"code": "1000", "name": "Cash", "type": "asset"},
            {"code": "4000", "name": "Income", "type": "income"}
        ]');
        """

    /// Creates a function in the form that rules are compiled to, from a query that makes entries of `image`.
    ///
    /// It belongs to whoever runs this; the row in `pgsync.rules` is another matter.
    package static func rule(_ name: String, version: Int = 1, _ query: String) -> String {
        """
        create function pgsync.rule_\(name)_v\(version)(image jsonb)
        returns table (
            error_class text, error_message text, error_column text, entry_date date, currency text,
            description text, accounts text[], amounts bigint[], parties text[], dimensions jsonb[]
        )
        language sql stable parallel safe
        begin atomic
        \(query);
        end;
        """
    }
}
