import Arguments
import JSON
import PGSyncStore
import Postgres

extension Parameter where Root: Command {
    /// Which of several masters.
    static func master(_ property: any WritableKeyPath<Root, String?> & Sendable) -> Self {
        .option(
            "master",
            property,
            placeholder: "NAME",
            namesCommand: NameKind.masters.command,
            help: "Which, if there are several."
        )
    }
}

/// The command `pgsync sync join`.
struct SyncJoinCommand: Command {
    var url = ""
    var name = SyncSettings.defaultName
    var secret = SyncSettings.defaultSecret
    var tables: ColumnList?
    var every = 5
    var live = false
    var protection: ExchangeProtection?
    var certificate: String?
    var authorities: String?

    static let signature = Signature(
        "join",
        "Exchange records with a master from now on.",
        discussion: """
            On the master, pgsync node add prints the token; here it is where --secret says, never in the database: \
            env:MASTER_TOKEN, or a file in the directory of PGSYNC_SECRETS. Private addresses, and those without TLS, have \
            to be in PGSYNC_ADDRESSES. Where a URL is without TLS, calls are signed: see pgsync node protect. A worker whose login has the \
            role pgsync_node makes the exchanges.
            """,
        examples: [
            .init(
                "pgsync sync join https://books.example",
                "Every five minutes, all tables of pgsync sync on."
            ),
            .init(
                "pgsync sync join https://books.example --tables inventories --every 1",
                "One table, every minute."
            ),
            .init(
                "pgsync sync join https://a.example,https://b.example",
                "One master that may be at either place."
            ),
        ],
        exitCodes: [.noTable, .notPermitted, .configuration]
    )
    static let parameters: [Parameter<Self>] = [
        .argument("URL", \.url, help: "Where the master's pgsync serve is; several: tried in this order."),
        .option("name", \.name, placeholder: "NAME", help: "What it is called here."),
        .option("secret", \.secret, placeholder: "REFERENCE", help: "Where its token is."),
        .option("tables", \.tables, help: "Only these tables. [default: all that are exchanged]"),
        .option("every", \.every, placeholder: "MINUTES", limits: .within(1...1_440), help: "How often."),
        .flag("live", \.live, help: "As soon as something changes, while a worker runs."),
        .option(
            "protection",
            \.protection,
            help: "How calls are protected. [default: signed without TLS, else token]"
        ),
        .option(
            "certificate",
            \.certificate,
            placeholder: "REFERENCE",
            help: "Where the certificate and key are that it wants."
        ),
        .option(
            "authorities",
            \.authorities,
            placeholder: "REFERENCE",
            help: "Where those are that signed the master's."
        ),
    ]

    func validate() throws {
        try SyncSettings.check(every, of: "--every")
        let urls = try SyncSettings.urls(url, of: "URL")
        for (option, value) in [("--certificate", certificate), ("--authorities", authorities)] {
            guard let value else { continue }
            guard value.hasPrefix("env:") || value.hasPrefix("file:/") else {
                throw UsageProblem.conflict("\(option) is env:NAME or file:/PATH")
            }
            guard urls.allSatisfy({ $0.hasPrefix("https://") }) else {
                throw UsageProblem.conflict("\(option) is for a master at https://")
            }
        }
    }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync sync")
        try await database.change { [self] session in
            let store = NodeStore(session)
            try store.join(
                name,
                urls: SyncSettings.urls(url, of: "URL"),
                secret: secret,
                tables: tables?.names,
                protection: protection,
                certificate: certificate,
                authorities: authorities
            )
            try store.schedule(name, minutes: every)
            try store.setLive(name, live)
        }
        if globals.json {
            try context.print([
                "master": .string(name), "joined": true, "url": .string(url), "live": .bool(live),
                "every_minutes": JSONValue(every),
            ])
        } else if !globals.quiet {
            let when = live ? "as soon as they change" : "every \(every) minutes"
            try context.print("records are exchanged with \(url) \(when); now: pgsync sync run")
        }
        return .success
    }
}

/// The command `pgsync sync leave`.
struct SyncLeaveCommand: Command {
    var master: String?

    static let signature = Signature(
        "leave",
        "Exchange records with a master no longer.",
        discussion: "All rows stay; what was not sent yet is not sent.",
        examples: [.init("pgsync sync leave", "Leave the only master.")],
        exitCodes: [.noTable, .notPermitted]
    )
    static let parameters: [Parameter<Self>] = [.master(\.master)]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync sync")
        let name = try await database.change { [master] session in
            let store = NodeStore(session)
            let name = try store.master(master).name
            try store.leave(name)
            return name
        }
        if globals.json {
            try context.print(["master": .string(name), "joined": false])
        } else if !globals.quiet {
            try context.print("left \(name)")
        }
        return .success
    }
}

/// The command `pgsync sync status`.
struct SyncStatusCommand: Command {
    var master: String?

    static let signature = Signature(
        "status",
        "Show how the exchange with the master stands.",
        discussion: "It ends with 1 if the last exchange failed.",
        examples: [.init("pgsync sync status --json", "As the status file has it.")],
        exitCodes: [.noTable]
    )
    static let parameters: [Parameter<Self>] = [.master(\.master)]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync sync")
        let found = try await database.read { [master] in try NodeStore($0).master(master) }
        let status = found.status
        if globals.json {
            try context.print(status)
        } else {
            let facts: [(String, String)] = [
                (
                    "master",
                    ([found.name, found.baseURL] + found.otherURLs.map { "or \($0)" }).joined(separator: ", ")
                ),
                ("calls", found.protection.rawValue),
                ("status", status["status"]?.string ?? ""),
                ("last synced", status["last_synced_at"]?.string ?? "never"),
                ("pending records", status["pending_records"]?.number?.text ?? "0"),
                ("not applied", status["not_applied"]?.number?.text ?? "0"),
                ("retries", status["retry_count"]?.number?.text ?? "0"),
                ("last error", status["last_error"]?.string ?? "none"),
                ("tables", found.tables.joined(separator: ", ")),
                ("called", status["node"]?.string ?? "not known yet"),
            ]
            for (label, text) in facts { try context.print("\(label): \(text)") }
        }
        return status["status"] == "failed" ? .problemsFound : .success
    }
}

/// The command `pgsync sync reset`.
struct SyncResetCommand: Command {
    var master: String?
    var resync = false

    static let signature = Signature(
        "reset",
        "Forget how the last exchanges ended; with --resync, load everything anew.",
        discussion: "What is here and not sent yet stays, and is sent.",
        examples: [.init("pgsync sync reset --resync", "After the tables were edited past pgsync.")],
        exitCodes: [.noTable, .notPermitted]
    )
    static let parameters: [Parameter<Self>] = [
        .master(\.master), .flag("resync", \.resync, help: "Load everything anew the next time."),
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync sync")
        let found = try await database.change { [master, resync] session in
            let store = NodeStore(session)
            let name = try store.master(master).name
            try store.reset(name, resync: resync)
            return try store.master(name)
        }
        if globals.json {
            try context.print(found.status)
        } else if !globals.quiet {
            try context.print(resync ? "\(found.name) is loaded anew the next time" : "reset \(found.name)")
        }
        return .success
    }
}
