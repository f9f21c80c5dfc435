import Arguments
import JSON
import Concurrency
import PGSyncOperations
import PGSyncStore
import Postgres
import Services

/// Runs a backfill for somebody who watches.
struct BackfillRun {
    let table: TableReference
    let pace: Percentage
    let database: Database

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let shutdown = Shutdown()
        let listener = SignalListener(eventSignals: [])
        let runner = BackfillRunner(to: database.options, share: pace.share)
        let display = BackfillDisplay(table.name, isShown: !globals.quiet && !globals.json, in: context)
        let start = ContinuousClock.now
        let report: BackfillRunner.Report
        do {
            report = try await listener.listen(requesting: shutdown) { [table] in
                try await runner.run(table, until: shutdown) { try display.show($0) }
            }
        } catch is CancellationError {
            guard let signal = listener.stopSignal else { throw CancellationError() }
            throw CommandError.interrupted(by: signal)
        } catch let error as PostgresError where error.kind == .cannotConnect {
            throw CommandError.cannotConnect(error, source: database.source)
        }
        let duration = ContinuousClock.now - start
        if globals.json {
            try context.print(json(report, duration))
        } else {
            try display.finish(report)
        }
        guard !report.isFinished else { return .success }
        context.say("stopped; what is done stays. To go on: pgsync backfill \(table.name.shellWord)")
        return listener.stopSignal.map(ExitCode.stopped) ?? .problemsFound
    }

    private func json(_ report: BackfillRunner.Report, _ duration: Duration) -> JSONValue {
        [
            "table": .string(table.name),
            "state": report.isFinished ? "finished" : "running",
            "resumed": .bool(report.isResumed),
            "done": JSONValue(report.done),
            "expected": report.expected.map { JSONValue($0) } ?? .null,
            "seconds": duration.seconds,
        ]
    }
}
