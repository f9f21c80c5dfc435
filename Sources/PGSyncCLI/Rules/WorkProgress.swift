import Arguments
import Concurrency
import PGSyncLedger

/// The progress bar of work whose end is known.
final class WorkProgress: Sendable {
    private struct State {
        var writer: ProgressWriter?
        var start = ContinuousClock.now
        var done = 0
    }

    private let state = Locked(State())
    private let label: String
    private let isShown: Bool
    private let context: CommandContext

    init(_ label: String, isShown: Bool, in context: CommandContext) {
        self.label = label
        self.isShown = isShown
        self.context = context
    }

    func show(_ done: Int, of total: Int) throws {
        guard isShown else { return }
        try state.withLock { state in
            if state.writer == nil {
                let bar = ProgressBar(label, total: total)
                state = State(writer: ProgressWriter(bar, to: context.errors))
            }
            state.done = done
            try state.writer?.update(completed: done, elapsed: ContinuousClock.now - state.start)
        }
    }

    func finish() throws {
        try state.withLock { state in
            try state.writer?.finish(completed: state.done, elapsed: ContinuousClock.now - state.start)
        }
    }
}

/// The progress of an export.
final class ExportProgress: Sendable {
    private let writer: Locked<ProgressWriter?>
    private let start = ContinuousClock.now

    init(isShown: Bool, in context: CommandContext) {
        let isWatched = isShown && context.errors.terminal.isInteractive
        writer = Locked(isWatched ? ProgressWriter(ProgressBar("lines"), to: context.errors) : nil)
    }

    func show(_ summary: JournalExport.Summary) {
        // That nobody can read it is no reason to stop.
        writer.withLock { try? $0?.update(completed: summary.lines, elapsed: .now - start) }
    }

    func finish(_ summary: JournalExport.Summary) {
        writer.withLock { try? $0?.finish(completed: summary.lines, elapsed: .now - start) }
    }
}
