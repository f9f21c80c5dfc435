import Postgres
import Subprocesses

extension PostingBenchmarkRun {
    /// What a worker of its own process needs at most while it posts a large backlog.
    func memory() async throws -> [PostingFigure] {
        guard let program = plan.program else { return [] }
        try await administrator.withSession { session in
            for _ in 0..<max(plan.backlog / 1_000, 1) { try session.query("select bench.write_bills(1000)") }
        }
        var invocation = Invocation(program, ["worker", "--drain", "--quiet"])
        invocation.environment = .merging(["PGSYNC_DATABASE_URL": options.connectionString])
        invocation.diesWithParent = true
        let before = try await BenchUsage.read(administrator)
        let start = ContinuousClock.now
        let peaks = try await ChildProcess.withRunning(invocation) { child in
            try await withThrowingTaskGroup(of: [Int].self) { group in
                group.addTask { try await Self.peaks(of: child.processIdentifier) }
                group.addTask {
                    _ = try await child.wait()
                    return []
                }
                var peaks: [Int] = []
                while let some = try await group.next() { peaks += some }
                return peaks
            }
        }
        let used = try await BenchUsage.read(administrator) - before
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        guard let peak = peaks.last else { return [] }
        let half = peaks[peaks.count / 2]
        return [
            PostingFigure(
                measurement: .memory,
                name: "backlog of \(plan.backlog)",
                value: Double(peak) / 1_024,
                unit: "MiB at most",
                limit: Double(half) / 1_024,
                limitName: "half way",
                ratio: Double(peak) / Double(half),
                bar: .atMost(40, Double(peak) / 1_024, " MiB"),
                processors: .init([used.microseconds(each: plan.backlog)]),
                notes: [.init(name: "changes/s", value: Double(plan.backlog) / seconds)]
            )
        ]
    }

    /// The greatest resident sizes so far, in KiB, for as long as the process lives.
    private static func peaks(of process: Int32) async throws -> [Int] {
        var peaks: [Int] = []
        while true {
            guard let kibibytes = ProcessUsage.peakKibibytes(of: process) else { return peaks }
            peaks.append(kibibytes)
            try await ContinuousClock().sleep(for: .milliseconds(100))
        }
    }
}
