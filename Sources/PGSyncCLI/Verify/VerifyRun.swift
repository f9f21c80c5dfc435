import Arguments
import Concurrency
import JSON
import PGSyncOperations
import PGSyncStore
import Postgres
import Services

/// Runs a verification, shows its progress, and says what it found.
struct VerifyRun {
    let scope: VerifyScope
    let pace: Percentage
    let database: Database
    let file: OutputFile?

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let shutdown = Shutdown()
        let listener = SignalListener(eventSignals: [])
        let runner = VerifyRunner(to: database.options, share: pace.share)
        let display = VerifyDisplay(isShown: !globals.quiet && !globals.json, in: context)
        let start = ContinuousClock.now
        let report: VerifyRunner.Report
        do {
            report = try await listener.listen(requesting: shutdown) { [scope] in
                try await runner.run(scope, until: shutdown) { try display.show($0) }
            }
        } catch is CancellationError {
            guard let signal = listener.stopSignal else { throw CancellationError() }
            throw CommandError.interrupted(by: signal)
        } catch let error as PostgresError where error.kind == .cannotConnect {
            throw CommandError.cannotConnect(error, source: database.source)
        }
        try display.finish()
        guard report.hasEnded, let step = report.step else {
            context.say("stopped; what is done stays, and the same command continues")
            return listener.stopSignal.map(ExitCode.stopped) ?? .problemsFound
        }
        guard step.state != .cancelled else {
            context.say("somebody cancelled it; what it found stays")
            return .problemsFound
        }
        let result = try await database.read { try VerifyResult(report.job, $0) }
        if let file {
            try file.write(result.report)
            try file.finish()
        }
        let duration = ContinuousClock.now - start
        if globals.json {
            try context.print(result.json(duration, isResumed: report.isResumed))
        } else if !globals.quiet {
            try context.output.write(result.text(duration, width: context.output.terminal.tableWidth))
        }
        return result.exitCode
    }
}

/// The progress bar of a verification: one for each phase.
private final class VerifyDisplay: Sendable {
    private struct State {
        var phase = ""
        var writer: ProgressWriter?
        var start = ContinuousClock.now
        var done = 0
    }

    private let state = Locked(State())
    private let isShown: Bool
    private let context: CommandContext

    init(isShown: Bool, in context: CommandContext) {
        self.isShown = isShown
        self.context = context
    }

    func show(_ report: VerifyRunner.Report) throws {
        guard isShown, let step = report.step, step.state == .running else { return }
        try state.withLock { state in
            if state.phase != step.phase {
                if state.phase.isEmpty, report.isResumed {
                    context.say("continuing where it was interrupted")
                }
                try state.writer?.finish(completed: state.done, elapsed: ContinuousClock.now - state.start)
                let bar = ProgressBar(step.phase, total: step.expected, start: step.done)
                state = State(phase: step.phase, writer: ProgressWriter(bar, to: context.errors))
            }
            state.done = step.done
            try state.writer?.update(completed: step.done, elapsed: ContinuousClock.now - state.start)
        }
    }

    func finish() throws {
        try state.withLock { state in
            try state.writer?.finish(completed: state.done, elapsed: ContinuousClock.now - state.start)
        }
    }
}
