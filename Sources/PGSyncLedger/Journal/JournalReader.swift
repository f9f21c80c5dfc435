import Days
package import Postgres

/// Reads the journal, however long it is, a page at a time.
package struct JournalReader {
    private let session: Session
    private let book: Book

    package init(_ session: Session, _ book: Book) {
        self.session = session
        self.book = book
    }

    /// Passes on entries with all their lines, by day and then by id.
    ///
    /// It holds one page of lines and one entry, so memory use stays flat. It needs an open transaction, and
    /// reads what exists when it begins.
    package func entries(
        _ filter: EntryFilter = EntryFilter(),
        findsReversals: Bool = false,
        pageSize: Int = 2_000,
        _ body: (JournalEntry) throws -> Void
    ) throws {
        try session.execute(Self.cursor(filter, findsReversals))
        let fetch: String = "fetch \(pageSize) from pgsync_journal"
        var entry: JournalEntry?
        while true {
            try session.checkCancellation()
            let page = try session.query(Query(fetch))
            guard !page.isEmpty else { break }
            for row in page {
                let id: Int64 = try row.decode(0)
                if entry?.id != id {
                    if let entry { try body(entry) }
                    entry = try self.entry(row, id)
                }
                entry?.lines.append(try Self.line(row))
            }
        }
        if let entry { try body(entry) }
        try session.execute("close pgsync_journal")
    }

    /// How many lines these entries have; one more than a limit for any number above it.
    package func lineCount(_ filter: EntryFilter, upTo limit: Int) throws -> Int {
        var text = Query.StringInterpolation(literalCapacity: 1_000, interpolationCount: 8)
        text.appendLiteral(
            """
            select count(*) as lines
            from (
                select
                from (select * from ledger.journal_entries as chosen where true
            """
        )
        filter.append(to: &text)
        text.appendLiteral(
            """
            ) as entry
                inner join ledger.journal_lines as line on entry.id = line.entry_id
                limit 
            """
        )
        text.appendInterpolation(limit + 1)
        text.appendLiteral(") as counted")
        return try session.query(Query(stringInterpolation: text)).onlyRow().decode("lines")
    }

    /// One row per line.
    ///
    /// The entry itself comes with its first line only, and the lines are looked up entry by entry (`offset
    /// 0` makes the planner do so), so that only entries are ever sorted.
    private static func cursor(_ filter: EntryFilter, _ findsReversals: Bool) -> Query {
        var text = Query.StringInterpolation(literalCapacity: 4_000, interpolationCount: 8)
        text.appendLiteral(
            """
            declare pgsync_journal no scroll cursor for
            select
                entry.id,
                line.line,
                line.account,
                line.amount,
                line.party,
                line.dimensions::text as dimensions,
                \(entryColumns(findsReversals).map { "case when line.line = 1 then \($0) end as \($1)" }
                    .joined(separator: ",\n    "))
            from (
                select * from ledger.journal_entries as chosen
                where true
            """
        )
        filter.append(to: &text)
        text.appendLiteral(
            """

            ) as entry
            cross join lateral (
                select own.line, own.account, own.amount, own.party, own.dimensions
                from ledger.journal_lines as own
                where own.entry_id = entry.id
                order by own.line
                offset 0
            ) as line
            order by entry.entry_date, entry.id, line.line
            """
        )
        return Query(stringInterpolation: text)
    }

    private static func entryColumns(_ findsReversals: Bool) -> [(expression: String, name: String)] {
        [
            ("entry.entry_date::text", "entry_date"), ("entry.document_date::text", "document_date"),
            ("entry.swept_from::text", "swept_from"), ("entry.posted_at", "posted_at"),
            ("entry.posted_by", "posted_by"), ("entry.purpose::text", "purpose"),
            ("entry.description", "description"), ("entry.currency", "currency"),
            ("entry.reverses", "reverses"), ("entry.change_id", "change_id"),
            (
                """
                coalesce(
                    (
                        select format('%I.%I', space.nspname, relation.relname)
                        from pg_catalog.pg_class as relation
                        inner join pg_catalog.pg_namespace as space on relation.relnamespace = space.oid
                        where relation.oid = entry.source_table
                    ),
                    entry.source_table::bigint::text
                )
                """, "source_table"
            ),
            ("entry.record_id", "record_id"), ("entry.rule", "rule"),
            ("entry.correlation_id", "correlation_id"),
            (
                findsReversals
                    ? """
                    (
                        select reversal.id from ledger.journal_entries as reversal
                        where reversal.reverses = entry.id
                    )
                    """ : "null::bigint", "reversed_by"
            ),
        ]
    }

    private func entry(_ row: Row, _ id: Int64) throws -> JournalEntry {
        guard try row.decode(1, as: Int16.self) == 1 else {
            throw LedgerError.corrupt("entry \(id) has no first line")
        }
        return JournalEntry(
            id: id,
            date: try row.day("entry_date"),
            documentDate: try row.day("document_date"),
            sweptFrom: try row.day(ifAny: "swept_from"),
            postedAt: try row.decode("posted_at"),
            postedBy: try row.decode("posted_by"),
            purpose: try row.decode("purpose"),
            description: try row.decode("description"),
            currency: try book.currency(try row.decode("currency")),
            reverses: try row.decode("reverses"),
            reversedBy: try row.decode("reversed_by"),
            changeID: try row.decode("change_id"),
            sourceTable: try row.decode("source_table"),
            recordID: try row.decode("record_id"),
            rule: try row.decode("rule"),
            correlationID: try row.decode("correlation_id"),
            lines: []
        )
    }

    private static func line(_ row: Row) throws -> JournalEntry.Line {
        JournalEntry.Line(
            number: Int(try row.decode(1, as: Int16.self)),
            account: try row.decode(2),
            amount: try row.decode(3),
            party: try row.decode(4),
            dimensions: try row.decode(5)
        )
    }
}

extension EntryFilter {
    /// The conditions, each only if requested, then the order for the limit.
    fileprivate func append(to text: inout Query.StringInterpolation) {
        func day(_ condition: String, _ day: Day?) {
            guard let day else { return }
            text.appendLiteral(" and chosen.entry_date \(condition) ")
            text.appendInterpolation(Parameter.inferred(day.description))
            text.appendLiteral("::date")
        }
        day(">=", from)
        day("<=", until)
        if let sourceTable {
            text.appendLiteral(" and chosen.source_table::bigint = ")
            text.appendInterpolation(sourceTable)
        }
        if let record {
            text.appendLiteral(" and chosen.record_id = ")
            text.appendInterpolation(record)
        }
        appendDescription(to: &text)
        if account != nil || party != nil {
            text.appendLiteral(
                " and exists (select from ledger.journal_lines as own where own.entry_id = chosen.id"
            )
            for (column, value) in [("account", account), ("party", party)] {
                guard let value else { continue }
                text.appendLiteral(" and own.\(column) = ")
                text.appendInterpolation(value)
            }
            text.appendLiteral(")")
        }
        guard let limit else { return text.appendLiteral(" order by chosen.entry_date, chosen.id") }
        text.appendLiteral(" order by chosen.entry_date desc, chosen.id desc limit ")
        text.appendInterpolation(limit)
    }

    /// What the entry says of itself, and its total.
    private func appendDescription(to query: inout Query.StringInterpolation) {
        if let rule {
            query.appendLiteral(" and (chosen.rule = ")
            query.appendInterpolation(rule)
            query.appendLiteral(" or starts_with(chosen.rule, ")
            query.appendInterpolation(rule + "@")
            query.appendLiteral("))")
        }
        if let purpose {
            query.appendLiteral(" and chosen.purpose::text = ")
            query.appendInterpolation(purpose)
        }
        if let text {
            query.appendLiteral(" and position(lower(")
            query.appendInterpolation(text)
            query.appendLiteral(") in lower(chosen.description)) > 0")
        }
        for (comparison, amount) in [(">=", least), ("<=", most)] {
            guard let amount else { continue }
            query.appendLiteral(
                """
                 and (
                    select sum(own.amount) / 10::numeric ^ currency.exponent
                    from ledger.journal_lines as own
                    inner join ledger.currencies as currency on currency.code = chosen.currency
                    where own.entry_id = chosen.id and own.amount > 0
                    group by currency.exponent
                ) \(comparison)
                """
            )
            query.appendLiteral(" ")
            query.appendInterpolation(Parameter.inferred(amount))
            query.appendLiteral("::numeric")
        }
    }
}
