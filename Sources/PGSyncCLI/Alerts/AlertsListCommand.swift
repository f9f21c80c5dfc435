import Arguments
import JSON
import PGSyncStore
import Postgres

/// The command `pgsync alerts list`.
struct AlertsListCommand: Command {
    static let signature = Signature(
        "list",
        "List what is wrong now, the worst first, and what is silenced.",
        discussion: """
            It is computed when it is asked for, so it needs no worker. pending: it has not been wrong for long enough. \
            held back: SYSTEM_DOWN or a pause explains it. right again: it is resolved if it stays so for a while.
            """,
        examples: [.init("pgsync alerts list --json", "The same for a program.")]
    )
    static let parameters: [Parameter<Self>] = []

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync alerts")
        let (alerts, silences, check, unobserved) = try await database.read { session in
            let store = AlertStore(session)
            return (try store.open(), try store.silences(), try store.lastCheck(), try store.unobserved())
        }
        if globals.json {
            try context.print([
                "alerts": .array(alerts.map(\.json)), "silences": .array(silences.map(\.json)),
                "unobserved": unobserved.json,
                "checked_at": check.checkedAt.map { .string($0.description) } ?? .null,
                "checked_by": check.checkedBy.map(JSONValue.string) ?? .null,
            ])
            return .success
        }
        if alerts.isEmpty {
            if !globals.quiet { try context.print("nothing is wrong; \(check.text)") }
        } else {
            try context.output.write(Alert.table(alerts, width: context.output.terminal.tableWidth))
            if !globals.quiet { try context.print(check.text) }
        }
        for problem in unobserved { try context.print(problem) }
        for silence in silences { try context.print(silence.text) }
        return .success
    }
}

/// The command `pgsync alerts history`.
struct AlertsHistoryCommand: Command {
    var kind: String?
    var source: String?
    var limit = 50

    static let signature = Signature(
        "history",
        "List alerts that were resolved, the latest first.",
        discussion: "They are kept for as many days as alert_retention_days says.",
        examples: [.init("pgsync alerts history --kind SYNC_FAILURES --limit 10", "The last ten of a kind.")],
        exitCodes: [.noTable]
    )
    static let parameters: [Parameter<Self>] = [
        .option(
            "kind",
            \.kind,
            placeholder: "KIND",
            namesCommand: NameKind.alertKinds.command,
            help: "Only those of this kind."
        ),
        .option(
            "source",
            \.source,
            placeholder: "TABLE",
            namesCommand: NameKind.tables.command,
            help: "Only those of this table."
        ),
        .option("limit", \.limit, limits: .within(1...100_000), help: "How many to show."),
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync alerts")
        let found = try await database.read { [self] session in
            try AlertStore(session).history(
                kind: kind,
                table: try source.map { try SourceStore(session).rememberedTable(named: $0) },
                limit: limit + 1
            )
        }
        let alerts = found.prefix(limit)
        if globals.json {
            try context.print(.array(alerts.map(\.json)))
        } else if alerts.isEmpty {
            if !globals.quiet { context.say("no alert was resolved") }
        } else {
            try context.output.write(Alert.history(alerts, width: context.output.terminal.tableWidth))
        }
        if found.count > limit, !globals.quiet { context.say("showing \(limit); use --limit to see more") }
        return .success
    }
}
