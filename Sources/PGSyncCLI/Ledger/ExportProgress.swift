import Arguments
import Concurrency
import PGSyncLedger

/// How far an export is, for somebody who watches.
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
