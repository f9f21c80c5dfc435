import Arguments
import JSON
import PGSyncStore
import Postgres

/// Waiting changes, for people and for programs.
struct ChangeList {
    let changes: ArraySlice<WaitingChange>
    /// Whether there are more than these.
    let hasMore: Bool

    /// Takes one more than the limit, to know whether there is more.
    init(_ found: [WaitingChange], limit: Int) {
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
        var table = TextTable([
            .init("change", .right), .init("table"), .init("record"), .init("action"), .init("state"),
            .init("captured"), .init("tried", .right), .init("next"), .init("class"),
            .init("message", overflow: .wrap),
        ])
        for change in changes {
            table.add([
                "\(change.id)", change.table, change.recordID, change.action, change.state.rawValue,
                change.capturedAt.toTheSecond, "\(change.attempts)", change.nextText,
                change.errorClass ?? "", change.failure ?? "",
            ])
        }
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
        case .blocked: "after an earlier one"
        case .working: "now"
        case .dead: "never by itself"
        }
    }

    var json: JSONValue {
        [
            "id": JSONValue(id), "table": .string(table), "record": .string(recordID),
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
