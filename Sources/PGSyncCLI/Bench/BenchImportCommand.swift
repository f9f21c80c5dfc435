import Arguments
import Concurrency
import HTTPServer
import JSON
import PGSyncBench
import PGSyncSchema
import Postgres

/// The command `pgsync bench import`.
struct BenchImportCommand: Command {
    var rows = 100_000
    var pageRows = 100
    var atOnce = 1
    var latency = Duration.zero
    var bad = 0
    var rounds = 3
    var against: String?
    var serve: ListenAddress?
    var here = false

    static let signature = Signature(
        "import",
        "Measure how fast rows come from an HTTP API into a table.",
        discussion: """
            It serves an API of its own and imports all of it, each round into a new database. With --against, another \
            program reads the same API in turn: it finds API_URL, PAGE_ROWS and AT_ONCE in its environment, and PGHOST and \
            the like of an empty database, and prints how many rows it wrote as its last line.

            \(BenchServer.explanation)
            """,
        examples: [
            .init("pgsync bench import --rows 1000000 --against ./dlt.sh", "Beside another program."),
            .init(
                "pgsync bench import --latency 50ms --at-once 5",
                "How near it comes to what the API allows."
            ),
            .init(
                "pgsync bench import --serve 8911",
                "Only serve the API, for programs that are run by hand."
            ),
        ]
    )

    static let parameters: [Parameter<Self>] = [
        .option("rows", \.rows, limits: .within(100...100_000_000), help: "How many rows the API has."),
        .option("page-rows", \.pageRows, limits: .within(1...10_000), help: "How many rows a page has."),
        .option("at-once", \.atOnce, limits: .within(1...32), help: "How many calls are under way at once."),
        .option(
            "latency",
            \.latency,
            limits: .within(.zero ... .seconds(10)),
            help: "How long the API waits before each answer."
        ),
        .option(
            "bad",
            \.bad,
            limits: .within(0...1_000),
            help: "How many of a thousand rows cannot be read."
        ),
        .option("rounds", \.rounds, limits: .within(1...100), help: "How many rounds."),
        .option("against", \.against, placeholder: "PROGRAM", isPath: true, help: "What else reads it."),
        .option(
            "serve",
            \.serve,
            placeholder: "[HOST:]PORT",
            help: "Serve the API until Ctrl-C; measure nothing."
        ),
        .flag(
            "here",
            \.here,
            help: "Use the server of --database-url; the user must be able to create databases."
        ),
    ]

    private var plan: ImportBenchmark.Plan {
        var plan = ImportBenchmark.Plan()
        plan.rows = rows
        plan.pageRows = pageRows
        plan.atOnce = atOnce
        plan.latency = latency
        plan.badPerMille = bad
        plan.rounds = rounds
        plan.rival = against
        return plan
    }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        if let serve {
            try await Interruption.ends { [plan] in
                try await ImportBenchmark.serve(plan, at: serve) { try context.print($0) }
            }
            return .success
        }
        let runs = try await BenchServer(isGiven: here, globals: globals, context: context).with {
            [plan] server in
            let benchmark = ImportBenchmark(
                plan,
                on: server,
                migrator: Migrator(binaryVersion: Version.number)
            )
            return try await benchmark.run { run in
                guard !globals.quiet, !globals.json else { return }
                context.say(
                    "\(run.isRival ? "other" : "pgsync"): \(Int(run.rowsPerSecond.rounded()).grouped) rows/s"
                )
            }
        }
        let report = ImportReport(runs: runs, plan: plan)
        try globals.json ? context.print(report.json) : context.output.write(report.text)
        return report.holds ? .success : .problemsFound
    }
}

/// What the rounds of an import come to.
private struct ImportReport {
    let runs: [ImportBenchmark.Run]
    let plan: ImportBenchmark.Plan

    private func median(_ values: [Double]) -> Double { BenchReport.median(values) }

    private func side(_ isRival: Bool) -> [ImportBenchmark.Run] { runs.filter { $0.isRival == isRival } }

    /// How many times as fast as the other program, by rounds.
    private var ratio: Double? {
        let (own, other) = (side(false), side(true))
        guard !other.isEmpty else { return nil }
        return median(zip(own, other).map { $0.rowsPerSecond / $1.rowsPerSecond })
    }

    /// How near it comes to the least time that the calls need.
    private var ofBound: Double? {
        guard plan.latency > .zero else { return nil }
        return median(side(false).map { plan.bound(calls: $0.calls) / $0.duration })
    }

    /// Whether all rows are there, or listed as failed.
    var holds: Bool { runs.allSatisfy { $0.rows + $0.failedItems == plan.rows } }

    var text: String {
        var table = TextTable([
            .init("side"), .init("rows/s", .right), .init("seconds", .right), .init("calls", .right),
            .init("server CPU µs/row", .right), .init("rows", .right), .init("failed items", .right),
        ])
        for isRival in [false, true] where !side(isRival).isEmpty {
            let side = side(isRival)
            table.add([
                isRival ? "other" : "pgsync", Int(median(side.map(\.rowsPerSecond)).rounded()).grouped,
                BenchText.decimal(median(side.map { $0.duration / .seconds(1) }), 2),
                Int(median(side.map { Double($0.calls) })).grouped,
                BenchText.decimal(
                    median(side.map { $0.serverProcessorTime / .microseconds(1) / Double(max($0.rows, 1)) }),
                    1
                ),
                side[0].rows.grouped, side[0].failedItems.grouped,
            ])
        }
        var lines = [table.text()]
        if let ratio {
            lines.append("pgsync is \(BenchText.decimal(ratio, 1)) times as fast, median of the rounds\n")
        }
        if let ofBound { lines.append("\(BenchText.decimal(ofBound, 2)) of what the latency allows\n") }
        lines.append(holds ? "every row is there or listed as failed\n" : "WRONG: rows are missing\n")
        return lines.joined()
    }

    var json: JSONValue {
        [
            "rows": JSONValue(plan.rows), "page_rows": JSONValue(plan.pageRows),
            "at_once": JSONValue(plan.atOnce),
            "latency_seconds": plan.latency.seconds,
            "runs": .array(
                runs.map { run in
                    [
                        "side": .string(run.isRival ? "other" : "pgsync"), "seconds": run.duration.seconds,
                        "rows": JSONValue(run.rows), "calls": JSONValue(run.calls),
                        "failed_items": JSONValue(run.failedItems),
                        "server_cpu_seconds": run.serverProcessorTime.seconds,
                    ]
                }
            ),
            "ratio": ratio.map { BenchText.known($0) } ?? .null,
            "of_bound": ofBound.map { BenchText.known($0) } ?? .null, "holds": .bool(holds),
        ]
    }
}
