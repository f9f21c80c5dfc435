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

    /// Makes a table of bills that is attached, and a rule for it, written by hand: what is under test is who calls it.
    package static let bills = """
        create table bills (id bigint primary key, amount numeric(12, 2), note text);
        select pgsync.attach('bills');
        \(cashBook)
        \(rule("bill", bill))
        alter function pgsync.rule_bill_v1(jsonb) owner to pgsync_owner;
        insert into pgsync.rules (
            name, version, table_name, source_table, content, checksum, columns, function_name, currency
        )
        values (
            'bill', 1, 'public.bills', 'bills', 'by hand', encode(sha256('by hand'), 'hex'), '{}', 'rule_bill_v1', 'INR'
        );
        select pgsync.refresh_evaluate();
        """

    private static let bill = """
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
