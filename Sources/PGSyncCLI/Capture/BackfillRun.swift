import Arguments
import Concurrency
import JSON
import PGSyncOperations
import PGSyncStore
import Postgres
import Services

/// Runs a backfill and shows its progress.
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
        guard !report.isCancelled else {
            context.say("somebody cancelled it; what it added to the log stays")
            return .problemsFound
        }
        context.say("stopped; what is done stays. To continue: pgsync backfill \(table.name.shellWord)")
        return listener.stopSignal.map(ExitCode.stopped) ?? .problemsFound
    }

    private func json(_ report: BackfillRunner.Report, _ duration: Duration) -> JSONValue {
        [
            "table": .string(table.name),
            "state": report.isCancelled ? "cancelled" : report.isFinished ? "finished" : "running",
            "resumed": .bool(report.isResumed),
            "done": JSONValue(report.done),
            "expected": report.expected.map { JSONValue($0) } ?? .null,
            "seconds": duration.seconds,
        ]
    }
}

/// The progress bar of a backfill.
final class BackfillDisplay: Sendable {
    private struct State {
        var writer: ProgressWriter?
        var start = ContinuousClock.now
    }

    private let state = Locked(State())
    private let table: String
    private let isShown: Bool
    private let context: CommandContext

    init(_ table: String, isShown: Bool, in context: CommandContext) {
        self.table = table
        self.isShown = isShown
        self.context = context
    }

    func show(_ report: BackfillRunner.Report) throws {
        guard isShown else { return }
        try state.withLock { state in
            if state.writer == nil {
                if report.isResumed { context.say("continuing after \(report.done) rows") }
                let bar = ProgressBar(table, total: report.expected, start: report.doneBefore)
                state = State(writer: ProgressWriter(bar, to: context.errors))
            }
            try state.writer?.update(completed: report.done, elapsed: ContinuousClock.now - state.start)
        }
    }

    func finish(_ report: BackfillRunner.Report) throws {
        guard isShown else { return }
        try state.withLock { state in
            try state.writer?.finish(completed: report.done, elapsed: ContinuousClock.now - state.start)
        }
        guard report.isFinished else { return }
        try context.print("\(table): \(report.done) rows are in the log")
    }
}
