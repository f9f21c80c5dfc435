import Arguments
import Concurrency

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
