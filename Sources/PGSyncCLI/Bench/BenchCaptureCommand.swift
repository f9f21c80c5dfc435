import Arguments
import Glibc
import Locking
import PGSyncBench
import PGSyncCluster
import PGSyncSchema
import Postgres

/// The command `pgsync bench capture`.
struct BenchCaptureCommand: Command {
    var writers = WriterCounts([1, 8, 32])
    var rounds = 3
    var seconds = 3
    var copyRows = 100_000
    var here = false

    static let signature = Signature(
        "capture",
        "Measure what capture costs the application that writes.",
        discussion: """
            The same writes go to five tables: one without a trigger (none), one with a plain trigger that inserts \
            into a plain log (bare), two attached ones, with a listener that sleeps and wakes all the time \
            (sleeping) and with a worker that takes changes out of the queue as fast as it can (busy), and one whose plain trigger also notifies for each row \
            (naive). They take turns in each round. A ratio compares two rates of one round; shown are medians over \
            the rounds. In the end every log is compared with what was written and with its table.

            It runs on a private server that it makes and removes, which keeps what it was told (fsync). With \
            --here it uses the server of --database-url, in a database of its own that it drops.
            """,
        examples: [
            .init("pgsync bench capture", "Measure it all; takes about five minutes."),
            .init("pgsync bench capture --writers 8 --rounds 1 --seconds 1", "Get a first impression."),
        ]
    )

    static let parameters: [Parameter<Self>] = [
        .option(
            "writers",
            \.writers,
            help: "How many connections write at a time; the largest for all but inserts."
        ),
        .option("rounds", \.rounds, limits: .within(1...100), help: "How often everything is measured."),
        .option("seconds", \.seconds, limits: .within(1...600), help: "How long each measurement takes."),
        .option("copy-rows", \.copyRows, limits: .within(1...10_000_000), help: "How many rows a COPY has."),
        .flag(
            "here",
            \.here,
            help: "Use the server of --database-url; the user must be allowed to create databases."
        ),
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let report =
            here
            ? try await onGivenServer(globals, context) : try await onPrivateServer(globals, context)
        let text = BenchText(report)
        try globals.json ? context.print(text.json) : context.output.write(text.text)
        return report.holds ? .success : .problemsFound
    }

    private func onGivenServer(_ globals: GlobalOptions, _ context: CommandContext) async throws
        -> BenchReport
    {
        let database = try Database(globals, in: context, program: "pgsync bench")
        return try await database.withConnection { [options = database.options] _ in
            try await measure(on: options, globals, context)
        }
    }

    private func onPrivateServer(_ globals: GlobalOptions, _ context: CommandContext) async throws
        -> BenchReport
    {
        let temporary = context.environment["TMPDIR"] ?? "/tmp"
        var configuration = ClusterConfiguration(stateDirectory: "\(temporary)/pgsync-bench-\(getpid())")
        // No checkpoint in the middle of a round, which would fall on one variant alone.
        configuration.settings = ["max_wal_size": "16GB", "checkpoint_timeout": "1h"]
        let cluster = try await PrivateCluster(owning: configuration)
        let result: Result<BenchReport, any Error>
        do {
            result = .success(
                try await Interruption.ends {
                    try await cluster.start()
                    let options = try ConnectionOptions(cluster.connectionString(database: "postgres"))
                    return try await measure(on: options, globals, context)
                }
            )
        } catch {
            result = .failure(error)
        }
        try cluster.destroyNow()
        return try result.get()
    }

    private func measure(
        on server: ConnectionOptions,
        _ globals: GlobalOptions,
        _ context: CommandContext
    ) async throws -> BenchReport {
        var plan = CaptureBenchmark.Plan()
        plan.writers = writers.counts
        plan.rounds = rounds
        plan.period = .seconds(seconds)
        plan.copyRows = copyRows
        let benchmark = CaptureBenchmark(plan, on: server, migrator: Migrator(binaryVersion: Version.number))
        guard !globals.quiet, !globals.json else { return try await benchmark.run { _ in } }
        let start = ContinuousClock.now
        let writer = Locked(
            (ProgressWriter(ProgressBar("measuring", total: plan.cellCount), to: context.errors), 0)
        )
        let report = try await benchmark.run { _ in
            try writer.withLock { writer in
                writer.1 += 1
                try writer.0.update(completed: writer.1, elapsed: ContinuousClock.now - start)
            }
        }
        try writer.withLock { try $0.0.finish(completed: $0.1, elapsed: ContinuousClock.now - start) }
        return report
    }
}
