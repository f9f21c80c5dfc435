package import JSON
package import PGSyncRules
package import Postgres

/// Rules compiled for this session alone, to try them on rows; no right to change rules is needed.
///
/// Everything happens in the caller's transaction, which is to be rolled back.
package struct RuleTrial {
    private let session: Session

    package init(_ session: Session) {
        self.session = session
    }

    /// Compiles rules; from then on the transaction can only read.
    package func prepare(_ rules: [Rule]) throws {
        try session.execute("select set_config('search_path', 'pg_catalog, pg_temp', true)")
        for rule in rules { try session.runScript(RuleCompiler.compile(rule, schema: Self.schema)) }
        try session.execute("set transaction read only")
    }

    /// The schema of what only this session sees.
    static let schema = "pg_temp"

    /// What a compiled rule makes of each row.
    package func outcomes(of rule: Rule, for rows: [JSONValue]) throws -> [RuleOutcome] {
        let images = rows.map { JSONText($0.text()) }
        let query = Query(
            """
            select
                posted.error_class, posted.error_message, posted.error_column, posted.entry_date::text as entry_date,
                posted.currency, posted.description, posted.accounts, posted.amounts, posted.parties,
                posted.dimensions, posted.number is null as is_nothing
            from unnest($1::jsonb[]) with ordinality as given (image, number)
            left join lateral (
                select line.*, given.number from \(Self.schema).\(RuleCompiler.bareName(of: rule))(given.image) as line
            ) as posted on true
            order by given.number
            """,
            [images]
        )
        return try session.query(query).map { row in
            try row.decode("is_nothing") ? .nothing : try RuleOutcome(row)
        }
    }
}

extension RuleOutcome {
    /// Reads a row of a compiled rule.
    init(_ row: Row) throws {
        if let kind = try row.decode("error_class", as: String?.self) {
            guard let kind = RuleFailure.Kind(rawValue: kind) else {
                throw PostgresError(
                    .undecodableValue,
                    "column \"error_class\": \(kind) is no failure of this pgsync"
                )
            }
            self = .failure(
                RuleFailure(kind, try row.decode("error_message"), column: try row.decode("error_column"))
            )
            return
        }
        guard let date = try row.day("entry_date") else {
            throw PostgresError(.undecodableValue, "column \"entry_date\": an entry without a day")
        }
        let accounts: [String] = try row.decode("accounts")
        let amounts: [Int64] = try row.decode("amounts")
        let parties = try row.decode("parties", as: [String?]?.self) ?? []
        let dimensions = try row.decode("dimensions", as: [JSONText?]?.self) ?? []
        var lines: [RuleEntry.Line] = []
        for (index, account) in accounts.enumerated() where index < amounts.count {
            let named = index < dimensions.count ? dimensions[index] : nil
            let object = try named.map { try JSONValue(parsing: $0.text) }?.object ?? JSONObject()
            let pairs = object.compactMap { key, value in value.string.map { (key, $0) } }
            lines.append(
                RuleEntry.Line(
                    account: account,
                    amount: amounts[index],
                    party: index < parties.count ? parties[index] : nil,
                    dimensions: Dictionary(pairs) { first, _ in first }
                )
            )
        }
        self = .entry(
            RuleEntry(
                date: date,
                currency: try row.decode("currency"),
                description: try row.decode("description"),
                lines: lines
            )
        )
    }
}
