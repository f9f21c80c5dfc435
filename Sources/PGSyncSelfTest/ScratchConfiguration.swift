import Days
import JSON
import PGSyncLedger
import PGSyncRules
import PGSyncStore
import Postgres

/// What `pgsync config export` would write of a database, as far as a self-test needs it, and its currencies.
struct ScratchConfiguration: Sendable {
    private let settings: [(key: String, value: String)]
    private let currencies: [(code: String, name: String, exponent: Int16)]
    private let chart: String?
    private let rules: [StoredRule]

    /// Retries would only wait, a pause posts nothing, and healing what the self-test itself has planted needs no limits.
    private static let ownSettings = [
        ("posting_paused", "false"), ("enable_real_time_sync", "true"), ("max_retry_attempts", "1"),
        ("retry_delay_seconds", "0"), ("heal_limit_records", "1000000"),
        ("heal_limit_percent", "100"), ("heal_limit_amount", "1000000000000000"),
        ("verify_named_differences", "1000000"),
    ]

    init(_ session: Session) throws {
        settings = try ConfigurationStore(session).list().filter { !$0.isDefault }.map { ($0.key, $0.value) }
        currencies = try session.query("select code, name, exponent from ledger.currencies order by code").map
        {
            (try $0.decode("code"), try $0.decode("name"), try $0.decode("exponent"))
        }
        let book = try Book(session)
        chart = book.chart.accounts.isEmpty ? nil : ChartFile.text(of: book.chart)
        rules = try RuleStore(session).list().filter { $0.days != nil }
    }

    /// The rules that were applied.
    struct Applied: Sendable {
        var rules = 0
        /// Rows for which rules make entries, by table as rules write it.
        var examples: [String: [JSONObject]] = [:]
    }

    /// Applies it to a scratch database that has these tables.
    func apply(to shapes: [SourceShape], on connection: PostgresConnection) async throws -> Applied {
        try await connection.withTransaction(TransactionOptions(isolation: .repeatableRead)) { session in
            let store = ConfigurationStore(session)
            for (key, value) in settings + Self.ownSettings { try store.set(key, to: value) }
            for currency in currencies {
                try session.execute(
                    """
                    insert into ledger.currencies (code, name, exponent)
                    values (\(currency.code), \(currency.name), \(currency.exponent))
                    on conflict (code) do nothing
                    """
                )
            }
            if let chart {
                let plan = ChartImport(session)
                try plan.apply(plan.plan(ChartFile(Array(chart.utf8), path: "the chart of accounts")))
            }
            // Every day can be posted to: which periods are open is no question of rules.
            if let first = Day("1900-01-01"), let last = Day("2999-12-31") {
                try PeriodBook(session).open("selftest", from: first, until: last)
            }
        }
        for shape in shapes {
            try await connection.withTransaction { session in
                let store = SourceStore(session)
                _ = try store.attach(store.table(named: shape.name), shape.options)
            }
        }
        let files = files(for: shapes)
        guard !files.isEmpty else { return Applied() }
        return try await connection.withTransaction(TransactionOptions(isolation: .readCommitted)) {
            session in
            let store = RuleStore(session)
            try store.beginChange()
            let report = try store.report(on: files, requiresTables: true)
            var applied = Applied(rules: try store.apply(report.verdict.get()).count)
            for example in report.examples {
                guard case .entry = example.outcome, let row = example.row.object else { continue }
                applied.examples[example.rule.table, default: []].append(row)
            }
            return applied
        }
    }

    /// The versions of rules of a table that cannot be tried, because columns are gone that they name.
    ///
    /// The last version of a rule is not among them while it is for the newest documents: it must work.
    func outdated(for shape: SourceShape) -> [(rule: String, columns: [String])] {
        let columns = Set(shape.columns.filter(\.isCaptured).map(\.name))
        return rules.filter { $0.table == shape.table.description }.compactMap { rule in
            let missing = rule.columns.filter { !columns.contains($0) }
            let isReplaced = rules.contains {
                $0.name == rule.name && $0.version > rule.version && $0.days?.until == nil
            }
            return missing.isEmpty || !isReplaced ? nil : (rule.label, missing)
        }
    }

    private func files(for shapes: [SourceShape]) -> [RuleFile] {
        let tables = Set(shapes.map(\.table.description))
        let outdated = Set(shapes.flatMap(outdated).map(\.rule))
        let tried = rules.filter { tables.contains($0.table) && !outdated.contains($0.label) }
        return tried.enumerated().map { index, rule in
            RuleFile(
                name: "\(rule.name)_v\(rule.version).rules",
                text: rule.content,
                terms: RuleTerms(set: index, from: rule.activeFrom, until: rule.activeUntil)
            )
        }
    }
}
