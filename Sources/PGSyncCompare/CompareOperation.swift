package import PGSyncDelivery
package import PGSyncOperations
import PGSyncRules
import PGSyncStore
package import Postgres

/// Compares two data sets, and mends what differs too much.
package struct CompareOperation: JobOperation {
    package let kind = "compare"
    package let lane = JobLane.remote
    package let right: String? = "pgsync.begin_comparison(bigint)"

    private static let importsAreAskedEvery = Duration.seconds(2)

    private let options: ConnectionOptions
    private let site: DeliverySite
    private let ignoresGuard: Bool

    /// `options` are for the sessions that read both sides.
    package init(to options: ConnectionOptions, site: DeliverySite, ignoresGuard: Bool = false) {
        self.options = options
        self.site = site
        self.ignoresGuard = ignoresGuard
    }

    package func run(_ job: RunningJob) async throws -> [String: Int] {
        let begun = try await job.step { try CompareStore($0).begin(job.id) }
        guard let task = begun else {
            throw JobFailure("compare.config", "there is no comparison \(job.subject)")
        }
        let file = ComparisonFile(name: task.name, text: task.content)
        guard let comparison = file.comparison else {
            throw JobFailure(
                "compare.config",
                file.problems.first?.description ?? "the definition cannot be read"
            )
        }
        let wanted = comparison.entities.filter { task.entities?.contains($0.name) ?? true }
        let imports = Set(wanted.flatMap { [$0.left.importName, $0.right.importName] }.compactMap(\.self))
            .sorted()
        let running = try await job.step { try CompareStore($0).fetch(imports, for: job.id) }
        if let running {
            throw job.leave(for: Self.importsAreAskedEvery, "it waits for \(running)")
        }
        let run = CompareRun(
            job: job,
            task: task,
            comparison: comparison,
            options: options,
            site: site,
            ignoresGuard: ignoresGuard
        )
        for (place, entity) in wanted.enumerated() where !task.done.contains(entity.name) {
            try await run.compare(entity, place: place)
        }
        let every = comparison.every ?? .seconds(6 * 3_600)
        return try await job.step { session -> [String: Int] in
            try CompareStore(session).finish(job.id, every: every)
            return try CompareStore(session).totals(job.id)
        }
    }
}
