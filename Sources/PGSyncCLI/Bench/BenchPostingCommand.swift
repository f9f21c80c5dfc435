import Arguments
import Glibc
import PGSyncBench
import PGSyncSchema

/// The command `pgsync bench posting`.
struct BenchPostingCommand: Command {
    var only = MeasurementList(PostingMeasurement.allCases)
    var rounds = 5
    var changes = 20_000
    var seconds = 10
    var lines = 1_000_000
    var backlog = 200_000
    var busyLoop = false
    var here = false

    static let signature = Signature(
        "posting",
        "Measure how fast waiting changes are posted.",
        discussion: """
            \(PostingMeasurement.allCases.map { "\($0.rawValue): \($0.question)" }.joined(separator: " "))

            "by hand" is one plain SQL statement that claims from the same queue and inserts the same rows into the \
            same tables, without rules, comparison, retries or order. Each round measures both in turns; a ratio \
            compares two rates of one round, and the median is shown. If PgQ is installed, a PgQ consumer does the \
            same work for comparison. At the end the books are checked.

            "CPU µs/change" is the CPU time of all server processes for each change: written and posted if both \
            happen at once, else posted only. It drifts less than rates do. It requires a server on this machine.

            \(BenchServer.explanation)
            """,
        examples: [
            .init("pgsync bench posting", "Measure everything; takes about ten minutes."),
            .init("pgsync bench posting --only drain,poison --rounds 1", "Get a first impression."),
            .init(
                "pgsync bench posting --only growth --lines 10000000",
                "Measure with a long journal."
            ),
        ]
    )

    static let parameters: [Parameter<Self>] = [
        .option("only", \.only, help: "What to measure; by default everything."),
        .option("rounds", \.rounds, limits: .within(1...100), help: "How many times everything is measured."),
        .option(
            "changes",
            \.changes,
            limits: .within(100...1_000_000),
            help: "How many changes are in a backlog."
        ),
        .option(
            "seconds",
            \.seconds,
            limits: .within(1...600),
            help: "How long bills are written at each rate."
        ),
        .option(
            "lines",
            \.lines,
            limits: .within(0...100_000_000),
            help: "How many lines the journal has in growth."
        ),
        .option(
            "backlog",
            \.backlog,
            limits: .within(1_000...10_000_000),
            help: "How many changes wait in memory."
        ),
        .flag(
            "busy-loop",
            \.busyLoop,
            help: "Keep one processor busy while delays are measured."
        ),
        .flag(
            "here",
            \.here,
            help: "Use the server of --database-url; the user must be able to create databases."
        ),
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        var plan = PostingBenchmark.Plan()
        plan.measurements = only.measurements
        plan.rounds = rounds
        plan.changes = changes
        plan.period = .seconds(seconds)
        plan.lines = lines
        plan.backlog = backlog
        plan.isBusy = busyLoop
        // This very program, whatever it is called.
        plan.program = "/proc/\(getpid())/exe"
        let server = BenchServer(isGiven: here, globals: globals, context: context)
        let report = try await server.with { [plan] options in
            let benchmark = PostingBenchmark(
                plan,
                on: options,
                migrator: Migrator(binaryVersion: Version.number)
            )
            return try await server.withProgress(of: plan.figureCount) { step in
                try await benchmark.run { _ in try step() }
            }
        }
        let text = PostingText(report)
        try globals.json ? context.print(text.json) : context.output.write(text.text)
        return report.holds ? .success : .problemsFound
    }
}
