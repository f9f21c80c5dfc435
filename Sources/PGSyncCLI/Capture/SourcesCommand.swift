import Arguments
import JSON
import PGSyncCore
import PGSyncStore
import Postgres

/// The command `pgsync sources`.
struct SourcesCommand: Command {
    var counts = true

    static let signature = Signature(
        "sources",
        "Show the attached tables, what waits, and what is wrong.",
        discussion: "Counting the captured changes reads the whole log; --no-count skips that.",
        examples: [.init("pgsync sources --no-count --json", "Check cheaply from a program.")]
    )
    static let parameters: [Parameter<Self>] = [
        .flag("count", \.counts, isNegatable: true, help: "Count the captured changes, too.")
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync sources")
        let sources = try await database.withSchema { [counts] connection in
            try await connection.withTransaction { try SourceStore($0).list(countsCaptured: counts) }
        }
        guard !globals.json else {
            try context.print(.array(sources.map(\.json)))
            return .success
        }
        guard !sources.isEmpty else {
            if !globals.quiet { context.say("no table is attached; attach one with pgsync attach TABLE") }
            return .success
        }
        var table = TextTable([
            .init("table"), .init("key"), .init("kind", isOptional: true),
            .init("actions", overflow: .wrap, isOptional: true),
            .init("columns", overflow: .wrap, isOptional: true), .init("attached since", isOptional: true),
            .init("waiting", .right), .init("dead", .right),
            .init("captured", .right), .init("findings"),
        ])
        for source in sources {
            table.add([
                source.table, source.keyColumns.joined(separator: ", "), source.kind.rawValue,
                source.actions == ChangeAction.allCases
                    ? "all" : source.actions.map(\.rawValue).joined(separator: ", "),
                source.capturedColumns?.joined(separator: ", ") ?? "all", source.attachedAt.toTheMinute,
                source.posts || source.waiting > 0 ? "\(source.waiting)" : "not posted", "\(source.dead)",
                source.captured.map { "\($0)" } ?? "–",
                source.findingsText,
            ])
        }
        try context.output.write(table.text(width: context.output.terminal.tableWidth))
        if sources.contains(where: { !$0.findings.isEmpty }), !globals.quiet {
            context.say("run pgsync doctor for the findings and how to fix them")
        }
        return .success
    }
}

extension Source {
    fileprivate var findingsText: String {
        guard let worst = findings.map(\.severity).max() else { return "none" }
        return "\(findings.count) (\(worst.rawValue))"
    }

    fileprivate var json: JSONValue {
        [
            "table": .string(table),
            "key": keyColumns.json,
            "kind": .string(kind.rawValue),
            "actions": actions.map(\.rawValue).json,
            "columns": capturedColumns?.json ?? .null,
            "before_image": .bool(keepsBeforeImage),
            "site_column": siteColumn.map(JSONValue.string) ?? .null,
            "image_key": imageKey.map(JSONValue.string) ?? .null,
            "posts": .bool(posts),
            "attached_at": .string(attachedAt.description),
            "attached_by": .string(attachedBy),
            "version": JSONValue(version),
            "waiting": JSONValue(waiting),
            "dead": JSONValue(dead),
            "captured": captured.map { JSONValue($0) } ?? .null,
            "findings": .array(
                findings.map { finding in
                    [
                        "finding": .string(finding.kind),
                        "severity": .string(finding.severity.rawValue),
                        "found": .string(finding.found),
                        "remedy": .string(finding.remedy),
                    ]
                }
            ),
        ]
    }
}

extension Timestamp {
    var toTheMinute: String {
        description.prefix(16).split(separator: "T").joined(separator: " ") + " UTC"
    }
}
