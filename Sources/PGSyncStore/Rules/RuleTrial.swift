package import JSON
package import PGSyncRules
package import Postgres

/// Rules compiled for this session alone, to try them on rows; no right to change rules is needed.
///
/// Everything happens in the caller's transaction, which is to be rolled back.
package struct RuleTrial {
    private let session: Session

    /// The schema of temporary objects.
    static let schema = "pg_temp"

    /// Posting turns texts that are longer than the journal allows into a failure.
    static let outcome = """
        case
            when posted.error_class is null
                and ledger.excess_of(posted.description, posted.parties, posted.dimensions) is not null
                then jsonb_build_object(
                    'error_class', 'data.length',
                    'error_message', ledger.excess_of(posted.description, posted.parties, posted.dimensions)
                )
            else to_jsonb(posted)
        end
        """

    package init(_ session: Session) {
        self.session = session
    }

    /// Compiles rules; from then on the transaction can only read.
    package func prepare(_ rules: [Rule]) throws {
        try session.execute("select set_config('search_path', 'pg_catalog, pg_temp', true)")
        for rule in rules {
            do {
                try session.runScript(RuleCompiler.compile(rule, schema: Self.schema))
            } catch let error as PostgresError where error.sqlState == .insufficientPrivilege {
                throw StoreError.mayNotTry(reason: error.message)
            }
        }
        try session.execute("set transaction read only")
    }

    /// The result of a compiled rule for each row.
    package func outcomes(of rule: Rule, for rows: [JSONValue]) throws -> [RuleOutcome] {
        let function = "\(Self.schema).\(RuleCompiler.bareName(of: rule))"
        let query = Query(
            """
            select \(Self.outcome) as outcome
            from unnest($1::jsonb[]) with ordinality as given (image, number)
            left join lateral \(function)(given.image) as posted on true
            order by given.number
            """,
            [rows.map { JSONText($0.text()) }]
        )
        return try session.query(query).map { row in
            let text = try row.decode("outcome", as: JSONText?.self)?.text
            return try RuleOutcome(text.map { try JSONValue(parsing: $0) })
        }
    }
}
