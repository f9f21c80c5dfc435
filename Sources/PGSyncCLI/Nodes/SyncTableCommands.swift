import Arguments
import JSON
import PGSyncRules
import PGSyncStore
import Postgres

extension SyncPolicy: ArgumentValue {
    init?(argument: String) { self.init(argument) }

    var argument: String { description }
    static var expectation: String {
        "newer, master, node, fields, delta(COLUMNS), manual or priority(NODES)"
    }
    static var placeholder: String { "POLICY" }
}

extension SyncDrift: ArgumentValue {
    init?(argument: String) { self.init(rawValue: argument) }

    var argument: String { rawValue }
    static var expectation: String { "freeze, evolve or quarantine" }
    static var placeholder: String { "WAY" }
}

/// The command `pgsync sync on`.
struct SyncOnCommand: Command {
    var table = ""
    var policy: SyncPolicy?
    var drift: SyncDrift?
    var pace = Percentage(percent: 50)

    static let signature = Signature(
        "on",
        "Let the records of a table be exchanged with other systems.",
        discussion: """
            A table that is not attached yet is attached without posting. The rows that there are are added to the log, so that \
            others get them, too; what is posted already is not posted again. The policy says \
            who wins where two systems change a record at once: newer, the later change; master or node, that side; fields, \
            each column by itself; delta(COLUMNS), their differences are added up; manual, a person; priority(NODES), the \
            first of these. The drift says what becomes of a column that only the other side has: freeze leaves the table out, \
            evolve adds the column with its type and without a default, quarantine leaves out records with a value in it.
            """,
        examples: [
            .init("pgsync sync on inventories", "The later change wins."),
            .init("pgsync sync on stock --policy 'delta(amount)'", "What two shops sell is both taken off."),
            .init("pgsync sync on stock --drift evolve", "A new column of the other side is added here."),
        ],
        exitCodes: [.refused, .noTable, .lockTimeout, .notPermitted]
    )
    static let parameters: [Parameter<Self>] = [
        .argument("TABLE", \.table, namesCommand: NameKind.tables.command, help: "The table."),
        .option("policy", \.policy, help: "Who wins. [default: as it is, else newer]"),
        .option("drift", \.drift, help: "Columns that only one side has. [default: as it is, else freeze]"),
        .option("pace", \.pace, help: "How much of the time adding existing rows works."),
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync sync")
        let needsOldRow = policy.map { ["fields", "delta"].contains($0.name) } ?? false
        let (table, begins) = try await database.withSchema { [name = table, policy, drift] connection in
            let (table, begins) = try await connection.withTransaction { session in
                let store = SourceStore(session)
                let table = try store.table(named: name)
                let known = try store.attached().first { $0.table.description == table.name }
                if known == nil {
                    var options = CaptureOptions()
                    options.posts = false
                    options.keepsBeforeImage = needsOldRow
                    _ = try store.attach(table, options, isDryRun: false)
                }
                return (table, try !NodeStore(session).isSynced(table))
            }
            // A tick is taken, which needs a transaction of its own.
            try await connection.withTransaction(TransactionOptions(isolation: .readCommitted)) {
                try NodeStore($0).setSynced(table, true, policy, drift: drift)
            }
            return (table, begins)
        }
        if globals.json, !begins {
            try context.print(["table": .string(table.name), "synced": true])
        } else if !globals.quiet, !globals.json {
            try context.print(
                "the records of \(table.name) are exchanged"
                    + (policy.map { ", by the policy \($0)" } ?? "")
            )
        }
        guard begins else { return .success }
        return try await BackfillRun(table: table, pace: pace, database: database).run(globals, in: context)
    }
}

/// The command `pgsync sync off`.
struct SyncOffCommand: Command {
    var table = ""

    static let signature = Signature(
        "off",
        "Exchange the records of a table no longer.",
        discussion: "Its rows stay, here and elsewhere. The table stays attached.",
        examples: [.init("pgsync sync off inventories", "End it.")],
        exitCodes: [.noTable, .notPermitted]
    )
    static let parameters: [Parameter<Self>] = [
        .argument("TABLE", \.table, namesCommand: NameKind.tables.command, help: "The table.")
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync sync")
        let name = try await database.change { [table] session in
            let found = try SourceStore(session).table(named: table)
            try NodeStore(session).setSynced(found, false, nil)
            return found.name
        }
        if globals.json {
            try context.print(["table": .string(name), "synced": false])
        } else if !globals.quiet {
            try context.print("the records of \(name) are exchanged no longer")
        }
        return .success
    }
}

/// The command `pgsync sync tables`.
struct SyncTablesCommand: Command {
    static let signature = Signature(
        "tables",
        "List the tables whose records are exchanged, who wins in each, and how columns drift.",
        examples: [.init("pgsync sync tables", "Those that others refer to come first.")]
    )
    static let parameters: [Parameter<Self>] = []

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync sync")
        let tables = try await database.read { session in
            try NodeStore(session).tables()
        }
        if globals.json {
            try context.print(
                .array(
                    tables.map {
                        [
                            "table": .string($0.name), "policy": .string($0.policy.name),
                            "columns": $0.policy.columns?.json ?? .null,
                            "nodes": $0.policy.nodes?.json ?? .null, "drift": .string($0.drift),
                            "records": JSONValue($0.records),
                        ]
                    }
                )
            )
        } else if tables.isEmpty {
            if !globals.quiet { context.say("no table is exchanged; to begin: pgsync sync on TABLE") }
        } else {
            var table = TextTable([.init("table"), .init("policy"), .init("drift"), .init("records", .right)])
            for one in tables { table.add([one.name, one.policy.description, one.drift, "\(one.records)"]) }
            try context.output.write(table.text(width: context.output.terminal.tableWidth))
        }
        return .success
    }
}
