import Arguments
import PGSyncRules
import PGSyncStore

/// Whether rules are checked against the database or a chart in a file.
enum RuleContextSource {
    case database
    case chart(String)

    /// Checks the combination of `--offline` and `--chart`.
    init(offline: Bool, chart: String?) throws {
        switch (offline, chart) {
        case (false, nil): self = .database
        case (true, let path?): self = .chart(path)
        case (true, nil):
            throw UsageProblem.conflict("--offline needs the accounts: --offline --chart chart.csv")
        case (false, .some):
            throw UsageProblem.conflict("--chart goes with --offline; a database has its own chart")
        }
    }

    /// Checks rule files; with a chart, the database is not used.
    func report(
        on files: [RuleFile],
        _ globals: GlobalOptions,
        in context: CommandContext
    ) async throws -> (report: RuleReport, unknownTables: [String]) {
        switch self {
        case .chart(let path):
            let chart = try Chart(csv: try RulePaths.file(path))
            return (RuleChecker.report(on: files, in: RuleContext(chart: chart)), [])
        case .database:
            return try await RuleAccess(globals, in: context).reading { store in
                let report = try store.report(on: files)
                let tables = Set(report.rules.map(\.table))
                let known = Set(try store.tables(tables).map(\.name))
                return (report, tables.subtracting(known).sorted())
            }
        }
    }
}
