import Arguments
import JSON
import PGSyncRules
import PGSyncStore
import VisibleText

/// Something that applying a configuration changes.
struct ConfigChange: Sendable {
    enum Kind: String, Sendable {
        case setting, schedule, channel, account, table, excluded, rule
    }

    let kind: Kind
    let name: String
    let isNew: Bool
    var differences: [SourcePlan.Difference] = []
    /// What else is to be known of it.
    var remark = ""
}

/// What applying a configuration comes to.
struct ConfigPlan: Sendable {
    /// A table that is to be attached, anew or otherwise.
    struct Attachment: Sendable {
        let table: TableReference
        let options: CaptureOptions
        let isNew: Bool
    }

    /// What is there and the file does not say.
    struct Leftover: Sendable {
        let kind: String
        let name: String
    }

    var settings: [(name: String, value: String)] = []
    var schedules: [(name: String, definition: Schedule.Definition)] = []
    var channels: [(name: String, change: ChannelStore.Change)] = []
    var changesChart = false
    var attachments: [Attachment] = []
    var exclusions: [Exclusion] = []
    var changesRules = false
    /// The columns that tables to be attached will be captured with.
    var captured: [TableName: Set<String>] = [:]

    /// In the order in which they are made.
    var changes: [ConfigChange] = []
    var unchanged = 0
    var leftovers: [Leftover] = []
    var warnings: [RuleProblem] = []

    // MARK: People

    func lines(verbose: Bool) -> [String] {
        var lines: [String] = []
        let accounts = changes.count { $0.kind == .account && $0.isNew }
        var isCounted = false
        for change in changes {
            if change.kind == .account, change.isNew, !verbose, accounts > 3 {
                if !isCounted { lines.append("+ \(accounts) new accounts; --verbose lists them") }
                isCounted = true
                continue
            }
            let differences = change.differences.map { difference in
                (difference.field.isEmpty ? "" : "\(difference.field) ")
                    + "\(difference.before) -> \(difference.after)"
            }
            let details = (differences + [change.remark].filter { !$0.isEmpty }).joined(separator: "; ")
            lines.append(
                "\(change.isNew ? "+" : "~") \(change.kind.rawValue) \(change.name)"
                    + (details.isEmpty ? "" : ": \(details)")
            )
        }
        if unchanged > 0 { lines.append("= \(unchanged) unchanged") }
        return lines
            + leftovers.map { leftover in
                leftover.kind == "accounts"
                    ? "? accounts not in the file, kept as they are: \(leftover.name)"
                    : "? \(leftover.kind) \(leftover.name) is not in the file, kept as it is"
            }
    }

    // MARK: Programs

    func json(isDryRun: Bool) -> JSONValue {
        [
            "dry_run": .bool(isDryRun),
            "changes": .array(
                changes.map { change in
                    [
                        "kind": .string(change.kind.rawValue),
                        "name": .string(change.name),
                        "new": .bool(change.isNew),
                        "differences": .array(
                            change.differences.map {
                                [
                                    "field": .string($0.field), "before": .string($0.before),
                                    "after": .string($0.after),
                                ]
                            }
                        ),
                        "remark": .string(change.remark),
                    ]
                }
            ),
            "unchanged": JSONValue(unchanged),
            "not_in_file": .array(
                leftovers.map { ["kind": .string($0.kind), "name": .string($0.name)] }
            ),
            "warnings": RuleProblemList(problems: warnings).json,
        ]
    }
}
