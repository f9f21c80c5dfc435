import Arguments
import PGSyncStore

/// Which changes are to be tried again: the named ones, or all that match.
struct RetryRequest: Sendable {
    let ids: [Int64]
    let source: String?
    let errorClass: String?
    let onlyDead: Bool

    static func check(_ ids: [Int64], _ all: Bool, _ source: String?, _ errorClass: String?) throws {
        let isFiltered = source != nil || errorClass != nil
        if !ids.isEmpty, all || isFiltered {
            throw UsageProblem.conflict("name changes, or choose them with --all, --class and --source")
        }
        if all, isFiltered { throw UsageProblem.conflict("--all goes without --class and --source") }
        if ids.isEmpty, !all, !isFiltered {
            throw UsageProblem.conflict("say which: the numbers of changes, --class, --source, or --all")
        }
    }

    func run(_ access: QueueAccess) async throws -> ExitCode {
        let report = try await access.change { [self] session in
            let store = QueueStore(session)
            let table = try source.map { try SourceStore(session).rememberedTable(named: $0) }
            let fates = try store.fates(of: ids)
            let count = try store.retry(
                ids.isEmpty ? nil : ids,
                QueueFilter(state: onlyDead ? .dead : nil, table: table, errorClass: errorClass)
            )
            let others = fates.filter { onlyDead ? $0.state != .dead : !$0.canBeRetried }
            return ActionReport(
                verb: "tried again at once",
                key: "retried",
                count: count,
                others: others,
                onlyDead: onlyDead
            )
        }
        return try access.report(report)
    }
}
