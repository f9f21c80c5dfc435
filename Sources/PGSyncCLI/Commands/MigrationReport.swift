import Arguments
import JSON
import PGSyncSchema
import Postgres

/// What a migration does, told while it goes on and summed up at the end.
struct MigrationReport: Sendable {
    var duration = Duration.zero
    /// Attached tables whose changes an earlier version captures, and must not for long.
    var tablesToRenew: [String] = []
    private var applied: [(step: String, duration: Duration)] = []
    private var notices: [ServerNotice] = []
    private let showsProgress: Bool
    private let context: CommandContext

    init(showsProgress: Bool, in context: CommandContext) {
        self.showsProgress = showsProgress
        self.context = context
    }

    mutating func take(_ event: MigrationEvent) {
        switch event {
        case .waiting(let holder):
            if showsProgress {
                context.say("waiting for \(holder?.description ?? "another migration, which has just ended")")
            }
        case .applied(let step, let duration):
            applied.append((step, duration))
            if showsProgress { context.say("applied \(step)  \(duration.text)") }
        case .notice(let notice):
            notices.append(notice)
            // A warning is a complaint, which even a quiet program makes.
            if showsProgress || notice.isWarning { context.say(lines: notice.lines) }
        }
    }

    var summary: String {
        let end =
            applied.isEmpty
            ? "the schema is up to date"
            : "the schema is up to date: \(applied.count) \(applied.count == 1 ? "step" : "steps") in \(duration.text)"
        guard !tablesToRenew.isEmpty else { return end }
        let tables = tablesToRenew.count == 1 ? "1 table is" : "\(tablesToRenew.count) tables are"
        return end + "\n" + "\(tables) captured as an earlier version did; as who owns them, run: "
            + Self.renewal
    }

    private static let renewal = "select pgsync.reattach(source_table) from pgsync.sources where attached;"

    var json: JSONValue {
        [
            "applied": .array(applied.map { ["step": .string($0.step), "seconds": $0.duration.seconds] }),
            "notices": .array(notices.map(\.json)),
            "seconds": duration.seconds, "tables_to_renew": .array(tablesToRenew.map(JSONValue.string)),
        ]
    }
}
