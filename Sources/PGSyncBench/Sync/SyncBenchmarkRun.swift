import JSON
import PGSyncStore
import Postgres
import Subprocesses

/// One run of the benchmark of exchanges, on a master that serves and nodes that have joined.
struct SyncBenchmarkRun: Sendable {
    let plan: SyncBenchmark.Plan
    let master: SyncSide
    let serve: SyncServer
    let nodes: [SyncSide]
    /// PostgreSQL's own replication; nil where the server cannot.
    let native: NativeReplication?

    /// Rows of one statement.
    static let together = 100
    /// Where the ids of each measurement begin.
    static let backlogIDs = 10_000_000
    static let delayIDs = 20_000_000
    static let writerIDs = 30_000_000
    /// Unlike any number that a row begins with, or gets elsewhere.
    static let marks = 5_000_000

    var node: SyncSide { nodes[0] }

    func measure(_ measurement: SyncMeasurement) async throws -> [SyncFigure] {
        switch measurement {
        case .rate: try await rate()
        case .bytes: try await bytes()
        case .backlog: try await backlog()
        case .delay: try await delay()
        case .writers: try await writers()
        case .poll: try await poll()
        }
    }

    // MARK: Exchanges

    /// What an exchange took.
    struct Exchange: Sendable {
        let seconds: Double
        let downloaded: Int
        let uploaded: Int
        /// Of all processes of the server.
        let server: Duration?
        /// Of `pgsync serve` and of the node's `pgsync sync run`.
        let programs: Duration
        /// The most memory that the node's process has had.
        let kibibytes: Int

        func microseconds(of time: Duration?, each count: Int) -> Double {
            time.map { $0 / .microseconds(1) / Double(max(count, 1)) } ?? .nan
        }
    }

    /// Runs `pgsync sync run` of a node to its end.
    func exchange(_ node: SyncSide) async throws -> Exchange {
        let before = try await usage()
        let programs = Self.programs(serve)
        let start = ContinuousClock.now
        let (output, peak) = try await ChildProcess.withRunning(
            node.invocation(["sync", "run", "--json", "--quiet"])
        ) { child in
            try await withThrowingTaskGroup(of: Int?.self) { group in
                group.addTask { try await Self.peak(of: child.processIdentifier) }
                let output = try await child.wait().checked()
                return (output.standardOutput.text, try await group.next().flatMap(\.self) ?? 0)
            }
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let counts = try JSONValue(parsing: output)["counts"]
        return Exchange(
            seconds: seconds,
            downloaded: counts?["downloaded"]?.number?.int ?? 0,
            uploaded: counts?["uploaded"]?.number?.int ?? 0,
            server: (try await usage() - before).processorTime,
            programs: Self.programs(serve) - programs,
            kibibytes: peak
        )
    }

    private func usage() async throws -> BenchUsage {
        try await PostgresConnection.withConnection(to: master.options) { try await BenchUsage.read($0) }
    }

    private static func programs(_ serve: SyncServer) -> Duration {
        (ServerProcessorTime.used(by: serve.process) ?? .zero) + ProcessUsage.ofEndedChildren
    }

    /// The most memory of a process, looked at for as long as it lives.
    private static func peak(of process: Int32) async throws -> Int? {
        var peak: Int?
        while let kibibytes = ProcessUsage.peakKibibytes(of: process) {
            peak = kibibytes
            try await ContinuousClock().sleep(for: .milliseconds(20))
        }
        return peak
    }

    // MARK: The end

    /// Compares all nodes with the master, and the subscriber with its publisher.
    func checks() async throws -> [SyncReport.Check] {
        var checks: [SyncReport.Check] = []
        for node in nodes { _ = try await exchange(node) }
        try await plan.beforeChecks?(node.options)
        for table in [SyncSQL.items, SyncSQL.shared] {
            let own = try await master.content(of: table)
            for node in nodes {
                let content = try await node.content(of: table)
                checks += [
                    .init(
                        promise: "\(node.name) has the \(own.rows.count) rows of \(table)",
                        broken: SyncContent.differences(own.rows, content.rows)
                    ),
                    .init(
                        promise: "\(node.name) has their versions",
                        broken: SyncContent.differences(own.versions, content.versions)
                    ),
                ]
            }
        }
        if let native {
            let own = try await native.publisher.content(of: SyncSQL.items, versioned: false)
            let content = try await native.subscriber.content(of: SyncSQL.items, versioned: false)
            checks.append(
                .init(
                    promise: "the subscriber of PostgreSQL has the \(own.rows.count) rows of its publisher",
                    broken: SyncContent.differences(own.rows, content.rows)
                )
            )
        }
        return checks
    }
}
