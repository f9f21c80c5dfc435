import Arguments
import PGSyncStore

/// Which changes are to be ended without being posted, and why.
struct SkipRequest: Sendable {
    let ids: [Int64]
    let reason: String
    let onlyDead: Bool

    static func check(_ ids: [Int64], _ reason: String?) throws {
        if ids.isEmpty { throw UsageProblem.missingArgument("ID") }
        guard reason?.contains(where: { !$0.isWhitespace }) == true else {
            throw UsageProblem.conflict("--reason must not be empty")
        }
    }

    func run(_ access: QueueAccess) async throws -> ExitCode {
        let report = try await access.change { [self] session in
            let store = QueueStore(session)
            let fates = try store.fates(of: ids)
            let meant = fates.filter { onlyDead ? $0.state == .dead : $0.state != nil }
            return ActionReport(
                verb: onlyDead ? "closed" : "over, without being posted",
                key: onlyDead ? "resolved" : "skipped",
                count: try store.skip(meant.map(\.id), reason: reason),
                others: fates.filter { fate in !meant.contains { $0.id == fate.id } },
                onlyDead: onlyDead
            )
        }
        return try access.report(report)
    }
}
