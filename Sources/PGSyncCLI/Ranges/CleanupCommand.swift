import Arguments
import JSON
import PGSyncStore
import Postgres

/// The command `pgsync cleanup`.
struct CleanupCommand: Command {
    var dryRun = false

    static let signature = Signature(
        "cleanup",
        "Drop finished changes that are older than retention_days allows.",
        discussion: """
            The log is kept in ranges of changes. A range goes once all its changes are finished and older than \
            retention_days; what was posted from them stays in the audit log for audit_retention_days, and in the \
            ledger for good. Counts and digests are kept. --dry-run lists the ranges, and why each stays: current (in \
            use, or ready), young, unfinished (dead letters too), lost, counted (pgsync capture inspects it), logged \
            (its changes are still in the log), or unchained (the audit chain lacks rows or totals of it).
            """,
        examples: [
            .init("pgsync cleanup --dry-run", "What would go, and why the rest stays."),
            .init("pgsync cleanup", "Drop it."),
        ],
        exitCodes: [.lockTimeout, .notPermitted]
    )
    static let parameters: [Parameter<Self>] = [
        .flag("dry-run", \.dryRun, help: "Only list the ranges.")
    ]

    /// How often it tries to get a lock that others hold.
    private static let mostTries = 10

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync cleanup")
        guard !dryRun else {
            let ranges = try await database.read { try RangeStore($0).list() }
            if globals.json {
                try context.print(["ranges": .array(ranges.map(\.json)), "dry_run": .bool(true)])
            } else {
                try context.output.write(Self.text(ranges, width: context.output.terminal.tableWidth))
                try context.print(Self.sentence(ranges.filter(\.canGo), "can go"))
            }
            return .success
        }
        let before = try await database.read { try RangeStore($0).list() }.filter { $0.droppedAt != nil }.map(
            \.name
        )
        var tries = 0
        var step = DropStep.State.done
        repeat {
            let taken = try await database.change { try RangeStore($0).drop() }
            step = taken.state
            if step == .busy {
                tries += 1
                try await Task.sleep(for: .milliseconds(.random(in: 200...1_000)))
            } else if let range = taken.range, !globals.json, !globals.quiet {
                context.say(step == .dropped ? "dropped \(range)" : "counted changes of \(range)")
            }
        } while step != .done && tries < Self.mostTries
        let dropped = try await database.read { try RangeStore($0).list() }
            .filter { $0.droppedAt != nil && !before.contains($0.name) }
        if globals.json {
            try context.print(["ranges": .array(dropped.map(\.json)), "dry_run": .bool(false)])
        } else if !globals.quiet {
            try context.print(Self.sentence(dropped, "dropped"))
        }
        guard step != .busy else {
            context.say("other sessions hold the tables; what is left can go later: pgsync cleanup")
            return .lockTimeout
        }
        return .success
    }

    private static func sentence(_ ranges: [IDRange], _ what: String) -> String {
        let (rows, bytes) = (ranges.reduce(0) { $0 + $1.rows }, ranges.reduce(0) { $0 + $1.bytes })
        return
            "\(ranges.count) \(ranges.count == 1 ? "range" : "ranges") \(what): about \(rows) rows, \(bytes / 1_048_576) MiB"
    }

    private static func text(_ ranges: [IDRange], width: Int?) -> String {
        let columns: [(TextTable.Column, (IDRange) -> String)] = [
            (.init("range"), { $0.name }),
            (.init("from", .right), { "\($0.from)" }),
            (.init("until", .right), { "\($0.until)" }),
            (.init("state"), { $0.state.rawValue }),
            (.init("stays because"), { $0.obstacle ?? "" }),
            (.init("rows", .right), { "\($0.rows)" }),
            (.init("MiB", .right), { "\($0.bytes / 1_048_576)" }),
            (.init("dropped", isOptional: true), { $0.droppedAt?.toTheSecond ?? "" }),
            (.init("by", isOptional: true), { $0.droppedBy ?? "" }),
        ]
        var table = TextTable(columns.map(\.0))
        for range in ranges { table.add(columns.map { $0.1(range) }) }
        return table.text(width: width)
    }
}

extension IDRange {
    fileprivate var json: JSONValue {
        [
            "table": .string("pgsync.\(table)"), "range": .string(name), "from_change": JSONValue(from),
            "until_change": JSONValue(until), "state": .string(state.rawValue),
            "reason": obstacle.map(JSONValue.string) ?? .null, "rows": JSONValue(rows),
            "bytes": JSONValue(bytes),
            "made_at": .string(madeAt.description),
            "dropped_at": droppedAt.map { .string($0.description) } ?? .null,
            "dropped_by": droppedBy.map(JSONValue.string) ?? .null,
        ]
    }
}
