import Arguments
import Days
import JSON
import PGSyncRules
import PGSyncStore

/// What `pgsync rules apply` has done, and what is left to do.
struct RuleApplicationReport {
    let applications: [RuleApplication]
    let tables: [RuledTable]
    let isDryRun: Bool
    /// What was probably not intended.
    var warnings: [RuleProblem] = []

    func write(_ globals: GlobalOptions, in context: CommandContext) throws {
        guard !globals.json else { return try context.print(json) }
        guard !globals.quiet else { return }
        var table = TextTable([
            .init(isDryRun ? "would be" : "outcome"), .init("rule"), .init("table"), .init("documents"),
        ])
        for application in applications {
            table.add([
                application.outcome.word, "\(application.name)@\(application.version)", application.table,
                application.outcome.documents,
            ])
        }
        try context.output.write(table.text(width: context.output.terminal.tableWidth))
        sayNotes(in: context)
        if isDryRun { context.say("this was a dry run; nothing was changed") }
    }

    /// Says what is likely to be meant otherwise, and what is left to do.
    func sayNotes(in context: CommandContext) {
        for warning in warnings { context.say(lines: warning.lines) }
        for note in notes + postedNotes { context.say(note) }
    }

    /// What a new version leaves as it is, and how to have it posted again.
    private var postedNotes: [String] {
        applications.filter { $0.postedByOthers > 0 }.map { application in
            let count = application.postedByOthers
            let records =
                count < RuleApplication.countLimit
                ? "\(count) \(count == 1 ? "record" : "records")" : "\(count) records or more"
            let name = tables.first { $0.name == application.table }?.nameInSQL ?? application.table
            let other = count == 1 ? "it stays so until it changes" : "they stay so until they change"
            return isDryRun
                ? "\(records) of these documents are posted by other versions of \(application.name); "
                    + "to see what would change: pgsync rules diff FILE"
                : "\(records) of these documents are posted by other versions of \(application.name); \(other). "
                    + "To post them again: pgsync backfill \(name.shellWord)"
        }
    }

    private var notes: [String] {
        tables.flatMap { table -> [String] in
            var notes: [String] = []
            let name = table.nameInSQL.shellWord
            if !table.isAttached {
                notes.append(
                    "\(table.name) is not attached, so nothing of it is posted: pgsync attach \(name) --backfill"
                )
            }
            if table.deadLetters > 0 {
                notes.append(
                    "\(table.deadLetters) \(table.deadLetters == 1 ? "change" : "changes") of \(table.name) found no "
                        + "rule before: pgsync retry --class rule.missing"
                )
            }
            return notes
        }
    }

    var json: JSONValue {
        [
            "dry_run": .bool(isDryRun),
            "rules": .array(
                applications.map { application in
                    [
                        "rule": .string(application.name),
                        "version": JSONValue(application.version),
                        "table": .string(application.table),
                        "outcome": .string(application.outcome.word),
                        "active_from": application.outcome.day.map { .string($0.description) } ?? .null,
                        "posted_by_other_versions": JSONValue(application.postedByOthers),
                    ]
                }
            ),
            "tables": .array(
                tables.map { table in
                    [
                        "table": .string(table.name),
                        "attached": .bool(table.isAttached),
                        "dead_letters": JSONValue(table.deadLetters),
                    ]
                }
            ),
        ]
    }
}

extension RuleApplication.Outcome {
    var word: String {
        switch self {
        case .applied: "applied"
        case .unchanged: "unchanged"
        case .recompiled: "recompiled"
        case .ended: "ended"
        }
    }

    fileprivate var day: Day? {
        if case .applied(let day) = self { day } else { nil }
    }

    /// The documents that the version is for.
    var documents: String {
        switch self {
        case .applied(let day): day.map { "from \($0)" } ?? "all"
        case .ended(let day): day.map { "before \($0)" } ?? "as before"
        case .unchanged, .recompiled: "as before"
        }
    }
}
