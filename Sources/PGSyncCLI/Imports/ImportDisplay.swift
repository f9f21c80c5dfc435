import Arguments
import Concurrency
import PGSyncStore
import Postgres

/// What is shown of a run of an import while it goes on: one bar for each stream.
final class ImportDisplay: Sendable {
    private struct State {
        var stream: String?
        var writer: ProgressWriter?
        var start = ContinuousClock.now
        var done = 0
        var told: String?
    }

    private let state = Locked(State())
    private let isShown: Bool
    private let context: CommandContext

    init(isShown: Bool, in context: CommandContext) {
        self.isShown = isShown
        self.context = context
    }

    func show(_ run: ImportRun) throws {
        guard isShown else { return }
        try state.withLock { state in
            if run.state == "waiting", let problem = run.errorMessage {
                let line = run.waitsUntil == .infinity ? problem : "waits: \(problem)"
                if state.told != line { context.say(line) }
                state.told = line
                return
            }
            guard let stream = run.streams.first(where: { $0.state == "running" }) else { return }
            if state.stream != stream.name {
                try state.writer?.finish(completed: state.done, elapsed: ContinuousClock.now - state.start)
                // What is expected is an estimate that moves, so it makes no bar.
                let bar = ProgressBar(stream.name, total: nil, start: 0)
                state.writer = ProgressWriter(bar, to: context.errors)
                (state.stream, state.start) = (stream.name, .now)
            }
            state.done = stream.done
            try state.writer?.update(completed: stream.done, elapsed: ContinuousClock.now - state.start)
        }
    }

    func finish() throws {
        try state.withLock { state in
            try state.writer?.finish(completed: state.done, elapsed: ContinuousClock.now - state.start)
            state.writer = nil
        }
    }
}
