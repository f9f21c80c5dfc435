import Arguments
import JSON
import PGSyncStore
import Postgres

extension Difference.State: ArgumentValue {
    package static var placeholder: String { "STATE" }
}

/// The command `pgsync differences list`.
struct DifferencesListCommand: Command {
    var source: String?
    var kind: String?
    var state: Difference.State?
    var all = false
    var limit = 50

    static let signature = Signature(
        "list",
        "List what verifications found; those that need somebody, unless told otherwise.",
        discussion: """
            open: to be healed, or decided by a person. investigating: a person looks into it. accepted: it stays, for a \
            reason. healed: a change was added that mends it. gone: a later verification no longer found it.
            """,
        examples: [
            .init("pgsync differences list", "What is open or investigated."),
            .init("pgsync differences list --source bills --all", "All there ever were of a table."),
        ],
        exitCodes: [.noTable]
    )

    static let parameters: [Parameter<Self>] = [
        .option(
            "source",
            \.source,
            placeholder: "TABLE",
            namesCommand: NameKind.tables.command,
            help: "Only those of this table."
        ),
        .option("kind", \.kind, placeholder: "KIND", help: "Only of this kind, such as wrong_entry."),
        .option("state", \.state, help: "Only those in this state."),
        .flag("all", \.all, help: "In whatever state."),
        .option("limit", \.limit, limits: .within(1...100_000), help: "How many to show."),
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync differences")
        let found = try await database.read { [self] session in
            try DifferenceStore(session).list(
                states: state.map { [$0] } ?? (all ? Difference.State.allCases : [.open, .investigating]),
                table: try source.map { try SourceStore(session).rememberedTable(named: $0) },
                kind: kind,
                limit: limit + 1
            )
        }
        let differences = found.prefix(limit)
        if globals.json {
            try context.print(.array(differences.map(\.json)))
        } else if differences.isEmpty {
            if !globals.quiet { context.say("no differences") }
        } else {
            try context.output.write(
                Difference.table(differences, width: context.output.terminal.tableWidth)
            )
        }
        if found.count > limit, !globals.quiet {
            context.say("showing \(limit); use --limit to see more")
        }
        return .success
    }
}

/// The command `pgsync differences show`.
struct DifferencesShowCommand: Command {
    var id: Int64 = 0

    static let signature = Signature(
        "show",
        "Show a difference: what the rules say, what is posted, and what became of it.",
        examples: [.init("pgsync differences show 7", "Show difference 7.")],
        exitCodes: [.noSuchChange]
    )

    static let parameters: [Parameter<Self>] = [
        .argument(
            "ID",
            \.id,
            limits: .atLeast(1),
            namesCommand: NameKind.differences.command,
            help: "The number of the difference."
        )
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync differences")
        let difference = try await database.read { [id] in try DifferenceStore($0).difference(id) }
        try globals.json ? context.print(difference.json) : context.output.write(difference.text)
        return .success
    }
}

/// What a person decides about a difference: `pgsync differences accept`, `investigate` and `reopen`.
protocol DifferenceDecision: Sendable {
    static var name: String { get }
    static var summary: String { get }
    static var state: Difference.State { get }
    static var needsReason: Bool { get }
}

enum Acceptance: DifferenceDecision {
    static let name = "accept"
    static let summary = "Accept a difference as it is, for a reason."
    static let state = Difference.State.accepted
    static let needsReason = true
}

enum Investigation: DifferenceDecision {
    static let name = "investigate"
    static let summary = "Take a difference in hand; it is not healed meanwhile."
    static let state = Difference.State.investigating
    static let needsReason = false
}

enum Reopening: DifferenceDecision {
    static let name = "reopen"
    static let summary = "Open an accepted or investigated difference again."
    static let state = Difference.State.open
    static let needsReason = false
}

struct DifferenceDecisionCommand<Decision: DifferenceDecision>: Command {
    var id: Int64 = 0
    var reason: String?

    static var signature: Signature {
        Signature(
            Decision.name,
            Decision.summary,
            examples: [
                .init(
                    "pgsync differences \(Decision.name) 7 --reason 'agreed with the auditor'",
                    "Say so of difference 7."
                )
            ],
            exitCodes: [.noSuchChange, .notPermitted]
        )
    }

    static var parameters: [Parameter<Self>] {
        [
            .argument(
                "ID",
                \.id,
                limits: .atLeast(1),
                namesCommand: NameKind.differences.command,
                help: "The number of the difference."
            ),
            .option("reason", \.reason, placeholder: "TEXT", help: "Why; it is kept."),
        ]
    }

    func validate() throws {
        if Decision.needsReason, reason == nil { throw UsageProblem.conflict("--reason is required") }
    }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync differences")
        let difference = try await database.change { [id, reason] in
            try DifferenceStore($0).mark(id, Decision.state, reason: reason)
        }
        if globals.json {
            try context.print(difference.json)
        } else if !globals.quiet {
            try context.print("difference \(id) is \(difference.state.rawValue)")
        }
        return .success
    }
}

/// The command `pgsync differences undo`.
struct DifferencesUndoCommand: Command {
    var job: Int64 = 0

    static let signature = Signature(
        "undo",
        "Undo what a verification healed, where nothing has changed since.",
        discussion: """
            The former entries are reinstated and the new ones reversed; nothing is rewritten. Records that have changed \
            since are left alone and named.
            """,
        examples: [.init("pgsync differences undo 12", "Undo the healing by job 12.")],
        exitCodes: [.refused, .notPermitted]
    )

    static let parameters: [Parameter<Self>] = [
        .argument(
            "JOB",
            \.job,
            limits: .atLeast(1),
            namesCommand: NameKind.jobs.command,
            help: "The number of the verification."
        )
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync differences")
        let heals = try await database.change { [job] in try DifferenceStore($0).undo(job) }
        if globals.json {
            try context.print(.array(heals.map(\.json)))
        } else if !globals.quiet {
            var table = TextTable([
                .init("table"), .init("record"), .init("change", .right), .init("undone"),
                .init("reason", overflow: .wrap),
            ])
            for heal in heals {
                table.add([
                    heal.table, heal.record, "\(heal.change)", heal.isUndone ? "yes" : "no", heal.reason,
                ])
            }
            try context.output.write(table.text(width: context.output.terminal.tableWidth))
        }
        return heals.allSatisfy(\.isUndone) ? .success : .problemsFound
    }
}

extension UndoneHeal {
    fileprivate var json: JSONValue {
        [
            "table": .string(table), "record": .string(record), "change": JSONValue(change),
            "undone": .bool(isUndone), "reason": .string(reason),
        ]
    }
}
