import Arguments
import PGSyncBench
import PGSyncSchema

/// The command `pgsync bench capture`.
struct BenchCaptureCommand: Command {
    var writers = WriterCounts([1, 8, 32])
    var rounds = 3
    var seconds = 3
    var copyRows = 100_000
    var here = false

    static let signature = Signature(
        "capture",
        "Measure what capture costs the writing application.",
        discussion: """
            The same writes go to seven tables: one without a trigger (none); one with a plain trigger that inserts \
            into a plain log (bare); two whose plain trigger fills the log and the queue of pgsync, alone (hand) and \
            with a worker that takes changes out of the queue as fast as it can (taken); two attached ones, with a \
            listener that sleeps and wakes all the time (sleeping) and with that worker (busy); and one whose plain \
            trigger also sends NOTIFY for each row (naive). They take turns in each round. A ratio compares two rates \
            of one round; medians over the rounds are shown. At the end every log is compared with what was written \
            and with its table.

            \(BenchServer.explanation)
            """,
        examples: [
            .init("pgsync bench capture", "Measure everything; takes about ten minutes."),
            .init("pgsync bench capture --writers 8 --rounds 1 --seconds 1", "Get a first impression."),
        ]
    )

    static let parameters: [Parameter<Self>] = [
        .option(
            "writers",
            \.writers,
            help: "How many connections write at a time; all but inserts use the largest."
        ),
        .option("rounds", \.rounds, limits: .within(1...100), help: "How many times everything is measured."),
        .option("seconds", \.seconds, limits: .within(1...600), help: "How long each measurement lasts."),
        .option("copy-rows", \.copyRows, limits: .within(1...10_000_000), help: "How many rows a COPY has."),
        .flag(
            "here",
            \.here,
            help: "Use the server of --database-url; the user must be able to create databases."
        ),
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        var plan = CaptureBenchmark.Plan()
        plan.writers = writers.counts
        plan.rounds = rounds
        plan.period = .seconds(seconds)
        plan.copyRows = copyRows
        let server = BenchServer(isGiven: here, globals: globals, context: context)
        let report = try await server.with { [plan] options in
            let benchmark = CaptureBenchmark(
                plan,
                on: options,
                migrator: Migrator(binaryVersion: Version.number)
            )
            return try await server.withProgress(of: plan.cellCount) { step in
                try await benchmark.run { _ in try step() }
            }
        }
        let text = BenchText(report)
        try globals.json ? context.print(text.json) : context.output.write(text.text)
        return report.holds ? .success : .problemsFound
    }
}
