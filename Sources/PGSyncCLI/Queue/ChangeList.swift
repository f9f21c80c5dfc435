import Arguments
import JSON
import PGSyncStore
import Postgres

/// Waiting changes, for people and for programs.
struct ChangeList {
    let changes: ArraySlice<WaitingChange>
    /// Whether there are more than these.
    let hasMore: Bool
    /// Whether only dead letters were asked for, of which state and next time say nothing.
    let areDead: Bool

    /// Takes one more than the limit, to know whether there is more.
    init(_ found: [WaitingChange], limit: Int, areDead: Bool = false) {
        self.areDead = areDead
        changes = found.prefix(limit)
        hasMore = found.count > limit
    }

    func print(_ globals: GlobalOptions, in context: CommandContext, none: String) throws {
        if globals.json {
            try context.print(.array(changes.map(\.json)))
        } else if changes.isEmpty {
            if !globals.quiet { context.say(none) }
        } else {
            try context.output.write(text(width: context.output.terminal.tableWidth))
        }
        if hasMore, !globals.quiet {
            context.say("showing the oldest \(changes.count); use --limit to see more")
        }
    }

    private func text(width: Int?) -> String {
        let columns: [(TextTable.Column, (WaitingChange) -> String)] = [
            (.init("change", .right), { "\($0.id)" }),
            (.init("table"), { $0.table }),
            (.init("record"), { $0.recordID }),
            (.init("action", isOptional: true), { $0.action }),
            (.init("state"), { $0.state.rawValue }),
            (.init("captured", isOptional: true), { $0.capturedAt.toTheSecond }),
            (.init("tried", .right, isOptional: true), { "\($0.attempts)" }),
            (.init("next"), { $0.nextText }),
            (.init("class"), { $0.errorClass ?? "" }),
            (.init("message", overflow: .wrap), { $0.failure ?? "" }),
        ].enumerated().filter { !areDead || ![4, 7].contains($0.offset) }.map(\.element)
        var table = TextTable(columns.map(\.0))
        for change in changes { table.add(columns.map { $0.1(change) }) }
        return table.text(width: width)
    }
}

extension WaitingChange {
    /// When it is tried, if that is known.
    var nextText: String {
        switch state {
        case .scheduled: scheduledAt?.toTheSecond ?? ""
        case .ready: "at once"
        case .paused: "when resumed"
        case .working: "now"
        case .dead: "needs retry or resolve"
        }
    }

    var json: JSONValue {
        [
            "change": JSONValue(id), "table": .string(table), "record": .string(recordID),
            "action": .string(action),
            "state": .string(state.rawValue), "captured_at": .string(capturedAt.description),
            "attempts": JSONValue(attempts), "retry_count": JSONValue(retryCount),
            "max_retries": JSONValue(maxRetries),
            "scheduled_at": scheduledAt.map { .string($0.description) } ?? .null,
            "last_attempt_at": lastAttemptAt.map { .string($0.description) } ?? .null,
            "error_class": errorClass.map(JSONValue.string) ?? .null,
            "error_message": errorMessage.map(JSONValue.string) ?? .null,
            "error_column": errorColumn.map(JSONValue.string) ?? .null,
        ]
    }
}
