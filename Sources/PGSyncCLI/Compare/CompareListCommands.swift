import Arguments
import JSON
import PGSyncStore
import Postgres

/// The command `pgsync compare list`.
struct CompareListCommand: Command {
    static let signature = Signature(
        "list",
        "List the comparisons in force, and their newest scores.",
        examples: [.init("pgsync compare list", "Which there are.")]
    )
    static let parameters: [Parameter<Self>] = []

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync compare")
        let states = try await database.read { try CompareStore($0).list() }
        if globals.json {
            try context.print(.array(states.map(\.json)))
        } else if states.isEmpty {
            if !globals.quiet { context.say("no comparisons; to add one: pgsync compare apply FILE") }
        } else {
            let columns: [(TextTable.Column, (ComparisonState) -> String)] = [
                (.init("comparison"), { $0.name }),
                (.init("version", .right, isOptional: true), { "\($0.version)" }),
                (.init("run", .right), { $0.run.map { "\($0)" } ?? "" }),
                (.init("state"), { $0.state ?? "" }),
                (.init("health", .right), { $0.health ?? "" }),
                (.init("match", .right), { $0.match.map { "\($0) %" } ?? "" }),
                (.init("started"), { $0.startedAt?.toTheMinute ?? "" }),
                (.init("next", isOptional: true), { $0.nextRunAt?.toTheMinute ?? "" }),
            ]
            var table = TextTable(columns.map(\.0))
            for state in states { table.add(columns.map { $0.1(state) }) }
            try context.output.write(table.text(width: context.output.terminal.tableWidth))
        }
        return .success
    }
}

/// The command `pgsync compare show`.
struct CompareShowCommand: Command {
    var name = ""
    var version: Int?

    static let signature = Signature(
        "show",
        "Print the definition of a comparison as it was applied.",
        examples: [.init("pgsync compare show zoho", "The one in force.")],
        exitCodes: [.noTable]
    )
    static let parameters: [Parameter<Self>] = [
        .comparisonName(\.name),
        .option(
            "version",
            \.version,
            limits: .atLeast(1),
            help: "Which version. [default: the one in force]"
        ),
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync compare")
        let (found, content) = try await database.read { [self] in
            try CompareStore($0).definition(name, version: version)
        }
        try AppliedDefinition(kind: "comparison", name: name, version: found).write(
            content,
            globals,
            in: context
        )
        return .success
    }
}

/// The command `pgsync compare history`.
struct CompareHistoryCommand: Command {
    var name = ""
    var limit = 20

    static let signature = Signature(
        "history",
        "Show the scores of the newest runs of a comparison.",
        examples: [.init("pgsync compare history zoho --limit 5", "The last five runs.")],
        exitCodes: [.noTable]
    )
    static let parameters: [Parameter<Self>] = [
        .comparisonName(\.name),
        .option("limit", \.limit, limits: .within(1...1_000), help: "How many runs to show."),
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync compare")
        let reports = try await database.read { [self] session in
            _ = try CompareStore(session).definition(name)
            return try CompareStore(session).history(of: name, limit: limit).map { CompareReport(json: $0) }
        }
        if globals.json {
            try context.print(.array(reports.map(\.json)))
        } else if reports.isEmpty {
            if !globals.quiet { context.say("no runs; to make one: pgsync compare run \(name)") }
        } else {
            var table = TextTable([
                .init("run", .right), .init("started"), .init("state"), .init("health", .right),
                .init("match", .right), .init("differences", .right), .init("healed", .right),
            ])
            for report in reports {
                table.add([
                    report.number, report.startedAt, report.text("state"), report.health, report.match,
                    report.differences.grouped, report.healed.grouped,
                ])
            }
            try context.output.write(table.text(width: context.output.terminal.tableWidth))
        }
        return .success
    }
}

/// The command `pgsync compare differences`.
struct CompareDifferencesCommand: Command {
    var name = ""
    var entity: String?
    var job: Int?
    var after = 0
    var limit = 50

    static let signature = Signature(
        "differences",
        "Show the rows that differ, side by side.",
        discussion: """
            Those of the newest run unless --job names another. Values are shown in the form in which they were compared. \
            Whoever sees them must be allowed to see the rows.
            """,
        examples: [
            .init("pgsync compare differences zoho --entity items", "Which items differ, and in what.")
        ],
        exitCodes: [.noTable, .notPermitted]
    )
    static let parameters: [Parameter<Self>] = [
        .comparisonName(\.name),
        .option("entity", \.entity, placeholder: "ENTITY", help: "Only of this entity."),
        .option("job", \.job, limits: .atLeast(1), help: "The job of a run. [default: the newest]"),
        .option("after", \.after, limits: .atLeast(0), help: "Only those after this difference."),
        .option("limit", \.limit, limits: .within(1...10_000), help: "How many to show."),
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync compare")
        let (report, found) = try await database.read { [self] session in
            let store = CompareStore(session)
            let newest = try store.newestRun(of: name)
            guard let run = job.map(Int64.init) ?? newest else {
                return (CompareReport(json: .null), [JSONValue]())
            }
            return (
                CompareReport(json: try store.report(run)),
                try store.differences(run, entity: entity, after: Int64(after), limit: limit)
            )
        }
        if globals.json {
            try context.print(.array(found))
        } else if found.isEmpty {
            if !globals.quiet { context.say("no differences") }
        } else {
            for difference in found { try context.print(report.line(of: difference)) }
            if found.count == limit, let last = found.last?["difference"]?.number?.int {
                context.say("to see more: pgsync compare differences \(name.shellWord) --after \(last)")
            }
        }
        return .success
    }
}

extension ComparisonState {
    var json: JSONValue {
        [
            "comparison": .string(name), "version": JSONValue(version),
            "applied_at": .string(appliedAt.description), "applied_by": .string(appliedBy),
            "next_run_at": nextRunAt.map { .string($0.description) } ?? .null,
            "job": job.map { JSONValue(Int($0)) } ?? .null, "run": run.map { JSONValue(Int($0)) } ?? .null,
            "state": state.map { .string($0) } ?? .null,
            "started_at": startedAt.map { .string($0.description) } ?? .null,
            "match": Self.number(match), "health": Self.number(health),
            "label": label.map { .string($0) } ?? .null,
        ]
    }

    private static func number(_ text: String?) -> JSONValue {
        text.flatMap { try? JSONValue(parsing: $0) } ?? .null
    }
}
