import Arguments
import JSON
import PGSyncServe
import PGSyncStore
import Postgres

extension Parameter where Root: Command {
    /// The name of a node.
    static func node(_ property: any WritableKeyPath<Root, String> & Sendable) -> Self {
        .argument("NAME", property, namesCommand: NameKind.nodes.command, help: "The node.")
    }
}

/// Makes and shows the token of a node.
struct NodeToken {
    let node: String
    let secret = Secret.token()

    func create(in session: Session) throws -> Int64 {
        try TokenStore(session).create(
            "node \(node)",
            prefix: Secret.prefix(of: secret),
            hash: Secret.hash(of: secret),
            scopes: ["node"],
            site: nil,
            lifetime: nil,
            node: node,
            messageSecret: Secret.messageSecret(of: secret)
        )
    }

    /// Says where the server has written down what messages of the node are signed with.
    func warn(of leaks: [String], in context: CommandContext) {
        guard !leaks.isEmpty else { return }
        context.say(
            "warning: the server's log may show what the calls of \(node) are signed with, because of "
                + "\(leaks.joined(separator: ", ")); once that is set otherwise for this login, "
                + "pgsync node rotate \(node) makes a token that it does not show"
        )
    }

    func show(_ id: Int64, _ globals: GlobalOptions, in context: CommandContext) throws {
        if globals.json {
            try context.print(["node": .string(node), "token": JSONValue(id), "secret": .string(secret)])
        } else {
            if !globals.quiet { context.say("token \(id) of node \(node); it is shown this once:") }
            try context.print(secret)
        }
    }
}

/// The command `pgsync node add`.
struct NodeAddCommand: Command {
    var name = ""
    var tables: ColumnList?
    var rows: String?
    var protection = ExchangeProtection.token

    static let signature = Signature(
        "add",
        "Let a system exchange records with this one, and print its token once.",
        discussion: """
            It exchanges the tables of pgsync sync on, or some of them. Its requests act as the role pgsync_node, which has \
            to be granted select, insert, update and delete on these tables.
            """,
        examples: [
            .init("pgsync node add north", "A shop that exchanges all of these tables."),
            .init(
                #"pgsync node add north --tables inventories --rows '{"site": 7}'"#,
                "Only its own rows of one table."
            ),
        ],
        exitCodes: [.notPermitted, .configuration]
    )
    static let parameters: [Parameter<Self>] = [
        .argument("NAME", \.name, help: "What it is called: small letters, digits, - and _."),
        .option("tables", \.tables, help: "Only these tables. [default: all that are exchanged]"),
        .option("rows", \.rows, placeholder: "JSON", help: "Only rows with these values, as a JSON object."),
        .option(
            "protection",
            \.protection,
            help: "What its requests need at least; see pgsync node protect."
        ),
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        if let rows, (try? JSONValue(parsing: rows))?.object == nil {
            throw UsageProblem.conflict("--rows is a JSON object, such as '{\"site\": 7}'")
        }
        let token = NodeToken(node: name)
        let database = try Database(globals, in: context, program: "pgsync node")
        let (id, counting, ungranted, leaks) = try await database.change {
            [name, tables, rows, protection] session in
            let store = NodeStore(session)
            try store.add(name, tables: tables?.names, rowFilter: rows, protection: protection)
            return (
                try token.create(in: session), try store.tablesWithCountedKeys(of: name),
                try store.ungranted(to: name), try store.parameterLeaks()
            )
        }
        for table in counting where !globals.quiet {
            context.say(
                "warning: \(table) numbers its rows itself; two systems that both add rows take the same numbers. "
                    + "Use uuid keys, or ranges of their own."
            )
        }
        if !ungranted.isEmpty, !globals.quiet {
            context.say(
                "before it can write: grant select, insert, update, delete on \(ungranted.joined(separator: ", ")) "
                    + "to pgsync_node;"
            )
        }
        token.warn(of: leaks, in: context)
        try token.show(id, globals, in: context)
        return .success
    }
}

/// The command `pgsync node rotate`.
struct NodeRotateCommand: Command {
    var name = ""
    var keepOld = Duration.seconds(7 * 86_400)

    static let signature = Signature(
        "rotate",
        "Make a new token for a node; the old one stays valid for a while.",
        examples: [.init("pgsync node rotate north --keep-old 1d", "The old one for a day.")],
        exitCodes: [.noTable, .notPermitted]
    )
    static let parameters: [Parameter<Self>] = [
        .node(\.name),
        .option(
            "keep-old",
            \.keepOld,
            limits: .within(.seconds(1) ... .seconds(90 * 86_400)),
            help: "How long the old token stays valid."
        ),
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let token = NodeToken(node: name)
        let database = try Database(globals, in: context, program: "pgsync node")
        let (id, leaks) = try await database.change { [name, keepOld] session in
            let store = NodeStore(session)
            try store.rotate(name, keepOldFor: keepOld)
            return (try token.create(in: session), try store.parameterLeaks())
        }
        token.warn(of: leaks, in: context)
        try token.show(id, globals, in: context)
        return .success
    }
}

/// The command `pgsync node list`.
struct NodeListCommand: Command {
    static let signature = Signature(
        "list",
        "List the systems that exchange records with this one.",
        discussion: "pending counts records that the node does not have yet, up to 10,001 in each table.",
        examples: [.init("pgsync node list", "Who they are, and how each stands.")]
    )
    static let parameters: [Parameter<Self>] = []

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync node")
        let nodes = try await database.read { try NodeStore($0).nodes() }
        if globals.json {
            try context.print(.array(nodes.map(\.json)))
        } else if nodes.isEmpty {
            if !globals.quiet { context.say("no nodes; to let one in: pgsync node add NAME") }
        } else {
            var table = TextTable([
                .init("node"), .init("status"), .init("last synced"), .init("pending", .right),
                .init("conflicts", .right), .init("skew", isOptional: true),
                .init("tables", overflow: .wrap, isOptional: true), .init("message", overflow: .wrap),
            ])
            for node in nodes {
                let problem =
                    node.mustResync ? "loads everything anew: \(node.resyncReason ?? "")" : node.lastError
                table.add([
                    node.name, node.status, node.lastSyncedAt?.toTheSecond ?? "never",
                    "\(node.pendingRecords)",
                    "\(node.openConflicts)",
                    node.clockSkew.map { "\(($0 / .seconds(1) * 10).rounded() / 10) s" } ?? "",
                    node.tables.joined(separator: ", "), problem ?? "",
                ])
            }
            try context.output.write(table.text(width: context.output.terminal.tableWidth))
        }
        return .success
    }
}

extension Node {
    var json: JSONValue {
        [
            "node": .string(name), "tables": tables.json,
            "rows": rowFilter.flatMap { try? JSONValue(parsing: $0) } ?? .null,
            "status": .string(status),
            "last_synced_at": lastSyncedAt.map { .string($0.description) } ?? .null,
            "seen_at": seenAt.map { .string($0.description) } ?? .null,
            "last_error": lastError.map { .string($0) } ?? .null, "retry_count": JSONValue(retryCount),
            "must_resync": .bool(mustResync), "resync_reason": resyncReason.map { .string($0) } ?? .null,
            "protection": .string(protection.rawValue),
            "clock_skew_seconds": clockSkew.flatMap { JSONValue($0 / .seconds(1)) } ?? .null,
            "pending_records": JSONValue(pendingRecords), "open_conflicts": JSONValue(openConflicts),
            "created_at": .string(createdAt.description), "created_by": .string(createdBy),
        ]
    }
}

/// What a command does to a node that it names.
protocol NodeChange: Sendable {
    static var signature: Signature { get }
    static var takesReason: Bool { get }
    static func change(_ name: String, _ reason: String?, in store: NodeStore) throws -> String
}

/// The commands `pgsync node resync` and `remove`.
struct NodeChangeCommand<Change: NodeChange>: Command {
    var name = ""
    var reason: String?

    static var signature: Signature { Change.signature }
    static var parameters: [Parameter<Self>] {
        let reason = Parameter<Self>.option(
            "reason",
            \.reason,
            placeholder: "TEXT",
            help: "Why, for the record."
        )
        return [.node(\.name)] + (Change.takesReason ? [reason] : [])
    }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync node")
        let done = try await database.change { [name, reason] in
            try Change.change(name, reason, in: NodeStore($0))
        }
        if globals.json {
            try context.print(["node": .string(name), "message": .string(done)])
        } else if !globals.quiet {
            try context.print(done)
        }
        return .success
    }
}

enum NodeResync: NodeChange {
    static let takesReason = true
    static let signature = Signature(
        "resync",
        "Have a node load everything anew the next time it calls.",
        discussion: "What it has not sent yet it keeps, and sends.",
        examples: [.init("pgsync node resync north", "After its tables were edited past pgsync.")],
        exitCodes: [.noTable, .notPermitted]
    )

    static func change(_ name: String, _ reason: String?, in store: NodeStore) throws -> String {
        try store.resync(name, reason: reason)
        return "\(name) loads everything anew the next time it calls"
    }
}

enum NodeRemoval: NodeChange {
    static let takesReason = false
    static let signature = Signature(
        "remove",
        "End the exchange with a node, and revoke its tokens.",
        discussion: "What it has sent stays.",
        examples: [.init("pgsync node remove north", "It can no longer call.")],
        exitCodes: [.noTable, .notPermitted]
    )

    static func change(_ name: String, _ reason: String?, in store: NodeStore) throws -> String {
        try store.remove(name)
        return "removed \(name); its tokens are revoked"
    }
}
