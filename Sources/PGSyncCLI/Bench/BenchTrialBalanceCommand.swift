import Arguments
import JSON
import Concurrency
import PGSyncBench
import PGSyncSchema
import Postgres

/// The command `pgsync bench trial-balance`.
struct BenchTrialBalanceCommand: Command {
    var lines = 1_000_000
    var tail = 10_000
    var here = false

    static let signature = Signature(
        "trial-balance",
        "Measure how long the trial balance of a long journal takes.",
        discussion: """
            It posts a journal of three years, in entries of five lines on 200 accounts in two currencies, and asks \
            for the trial balance of several days: by adding up every line in plain SQL, without a snapshot, with \
            one, and with lines posted after it. At the end the balances are compared with the plain sums.

            It runs on a private server that it creates and removes; ten million lines need about 8 GB of disk. \
            With --here it uses the server of --database-url, in its own database, which it drops.
            """,
        examples: [
            .init(
                "pgsync bench trial-balance --lines 10000000",
                "Measure ten million lines; takes about ten minutes."
            )
        ]
    )

    static let parameters: [Parameter<Self>] = [
        .option(
            "lines",
            \.lines,
            limits: .within(1_000...1_000_000_000),
            help: "How many lines the journal has."
        ),
        .option(
            "tail",
            \.tail,
            limits: .within(5...100_000_000),
            help: "How many lines are posted after the snapshot."
        ),
        .flag(
            "here",
            \.here,
            help: "Use the server of --database-url; the user must be able to create databases."
        ),
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let report = try await BenchServer(isGiven: here, globals: globals, context: context).with { server in
            try await measure(on: server, globals, context)
        }
        let text = TrialBalanceText(report)
        try globals.json ? context.print(text.json) : context.output.write(text.text)
        return report.holds ? .success : .problemsFound
    }

    private func measure(
        on server: ConnectionOptions,
        _ globals: GlobalOptions,
        _ context: CommandContext
    ) async throws -> TrialBalanceReport {
        var plan = TrialBalanceBenchmark.Plan()
        plan.lines = lines
        plan.tail = tail
        let benchmark = TrialBalanceBenchmark(
            plan,
            on: server,
            migrator: Migrator(binaryVersion: Version.number)
        )
        guard !globals.quiet, !globals.json else { return try await benchmark.run { _ in } }
        let start = ContinuousClock.now
        let progress = Locked(ProgressWriter(ProgressBar("posting", total: lines), to: context.errors))
        return try await benchmark.run { stage in
            switch stage {
            case .building(let done) where done < lines:
                try progress.withLock { try $0.update(completed: done, elapsed: .now - start) }
            case .building(let done):
                try progress.withLock { try $0.finish(completed: done, elapsed: .now - start) }
            case .measuring(let way): context.say("measuring: \(way.rawValue)")
            }
        }
    }
}
