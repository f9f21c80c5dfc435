import Arguments
import Concurrency
import PGSyncOperations

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
                if report.isResumed { context.say("going on after \(report.done) rows that are done") }
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
