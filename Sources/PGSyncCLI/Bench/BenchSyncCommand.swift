import Arguments
import Glibc
import PGSyncBench
import PGSyncSchema

/// The command `pgsync bench sync`.
struct BenchSyncCommand: Command {
    var only = MeasurementList(SyncMeasurement.allCases)
    var rounds = 3
    var changes = 30_000
    var records = 100_000
    var backlog = 1_000_000
    var seconds = 10
    var idleNodes = 100
    var here = false

    static let signature = Signature(
        "sync",
        "Measure how fast a master and nodes exchange records.",
        discussion: """
            \(SyncMeasurement.allCases.map { "\($0.rawValue): \($0.question)" }.joined(separator: " "))

            The sides are databases of one server, and processes of this program: serve, sync run, worker. "CPU µs" is the \
            time of all server processes for a change or poll. Finally the sides are compared.

            \(BenchServer.explanation)
            """,
        examples: [
            .init("pgsync bench sync", "Measure everything, which takes its time."),
            .init("pgsync bench sync --only rate,delay --rounds 1", "Get a first impression."),
        ]
    )

    static let parameters: [Parameter<Self>] = [
        .option("only", \.only, help: "What to measure."),
        .option("rounds", \.rounds, limits: .within(1...100), help: "How many rounds."),
        .option("changes", \.changes, limits: .within(100...1_000_000), help: "Rows inserted, and changed."),
        .option("records", \.records, limits: .within(100...5_000_000), help: "Records of the backlog."),
        .option("backlog", \.backlog, limits: .within(100...50_000_000), help: "Changes of the backlog."),
        .option("seconds", \.seconds, limits: .within(1...600), help: "Seconds of delays, and of writers."),
        .option("idle-nodes", \.idleNodes, limits: .within(1...1_000), help: "Nodes that only ask."),
        .flag("here", \.here, help: "Use the server of --database-url (needs createdb)."),
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        // This very program, whatever it is called.
        var plan = SyncBenchmark.Plan(program: "/proc/\(getpid())/exe")
        plan.measurements = only.measurements
        plan.rounds = rounds
        plan.changes = changes
        plan.records = records
        plan.backlog = backlog
        plan.period = .seconds(seconds)
        plan.idleNodes = idleNodes
        var server = BenchServer(isGiven: here, globals: globals, context: context)
        server.settings = ["wal_level": "logical"]
        let report = try await server.with { [plan] options in
            let benchmark = SyncBenchmark(
                plan,
                on: options,
                migrator: Migrator(binaryVersion: Version.number)
            )
            return try await benchmark.run { figure in
                guard !globals.quiet, !globals.json else { return }
                context.say("\(figure.measurement.rawValue): \(figure.name)")
            }
        }
        let text = SyncText(report)
        try globals.json ? context.print(text.json) : context.output.write(text.text)
        return report.holds ? .success : .problemsFound
    }
}
