import Arguments
import Files
import JSON
import PGSyncStore
import Postgres

extension Parameter where Root: Command {
    /// The number of a conflict.
    static func conflict(_ property: any WritableKeyPath<Root, Int64> & Sendable) -> Self {
        .argument(
            "CONFLICT",
            property,
            limits: .atLeast(1),
            namesCommand: NameKind.conflicts.command,
            help: "Its number."
        )
    }
}

/// The command `pgsync conflicts list`.
struct ConflictsListCommand: Command {
    var all = false
    var node: String?
    var table: String?
    var limit = 100

    static let signature = Signature(
        "list",
        "List the records that two systems changed at once, the newest first.",
        discussion: """
            Without --all, those that wait for a person: of the policy manual, and rows that cannot be written here.
            """,
        examples: [.init("pgsync conflicts list --all --node north", "All of one node.")]
    )
    static let parameters: [Parameter<Self>] = [
        .flag("all", \.all, help: "Also those that are settled."),
        .option(
            "node",
            \.node,
            placeholder: "NAME",
            namesCommand: NameKind.nodes.command,
            help: "Only of this node."
        ),
        .option("table", \.table, placeholder: "TABLE", help: "Only of this table, as it is sent."),
        .option(
            "limit",
            \.limit,
            placeholder: "COUNT",
            limits: .within(1...10_000),
            help: "At most so many."
        ),
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync conflicts")
        var filter = ConflictStore.Filter()
        filter.state = all ? nil : "open"
        (filter.node, filter.table, filter.limit) = (node, table, limit)
        let found = try await database.read { [filter] in try ConflictStore($0).list(filter) }
        if globals.json {
            try context.print(.array(found.map { .object(JSONObject($0.facts)) }))
        } else if found.isEmpty {
            if !globals.quiet { context.say(all ? "no conflicts" : "no conflict waits for a person") }
        } else {
            var table = TextTable([
                .init("conflict", .right), .init("table"), .init("record"), .init("node"), .init("type"),
                .init("resolution"), .init("at"), .init("decided by", isOptional: true),
                .init("message", overflow: .wrap),
            ])
            for one in found {
                table.add([
                    "\(one.id)", one.table, one.record, one.node, one.type,
                    one.state == "open" ? "waits" : one.resolution, one.notedAt.toTheSecond,
                    one.decidedBy ?? one.policy, one.error ?? "",
                ])
            }
            try context.output.write(table.text(width: context.output.terminal.tableWidth))
        }
        return .success
    }
}

/// The command `pgsync conflicts show`.
struct ConflictsShowCommand: Command {
    var id: Int64 = 0

    static let signature = Signature(
        "show",
        "Show a conflict, with the rows of both sides.",
        examples: [.init("pgsync conflicts show 12", "A difference is marked with *.")],
        exitCodes: [.noSuchChange]
    )
    static let parameters: [Parameter<Self>] = [.conflict(\.id)]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync conflicts")
        let (found, rows) = try await database.read { [id] in try ConflictStore($0).show(id) }
        if globals.json {
            let images: [(String, JSONValue)] = [
                ("local_row", rows["local"] ?? .null), ("remote_row", rows["remote"] ?? .null),
                ("base_row", rows["base"] ?? .null), ("result_row", rows["result"] ?? .null),
            ]
            try context.print(.object(JSONObject(found.facts + images)))
            return .success
        }
        let facts: [(String, String?)] = [
            ("record", found.record), ("table", found.table), ("node", found.node), ("type", found.type),
            ("policy", found.policy), ("resolution", found.resolution), ("state", found.state),
            ("at", found.notedAt.toTheSecond), ("decided by", found.decidedBy),
            ("local version", found.localVersion), ("remote version", found.remoteVersion),
            ("base version", found.baseVersion), ("message", found.error),
        ]
        for (label, text) in facts { if let text { try context.print("\(label): \(text)") } }
        let (local, remote, result) = (rows["local"]?.object, rows["remote"]?.object, rows["result"]?.object)
        var names = local?.keys ?? []
        for name in (remote?.keys ?? []) where !names.contains(name) { names.append(name) }
        var table = TextTable([
            .init("column"), .init("local", overflow: .wrap), .init("remote", overflow: .wrap), .init(""),
            .init("result", overflow: .wrap),
        ])
        func text(_ row: JSONObject?, _ name: String) -> String {
            row.map { $0[name]?.text() ?? "" } ?? "no row"
        }
        for name in names {
            let isSame = local?[name] == remote?[name] || remote.map { $0[name] == nil } ?? false
            table.add([
                name, text(local, name), text(remote, name), isSame ? "" : "*", text(result, name),
            ])
        }
        if !names.isEmpty { try context.output.write(table.text(width: context.output.terminal.tableWidth)) }
        return .success
    }
}

/// The command `pgsync conflicts resolve`.
struct ConflictsResolveCommand: Command {
    var id: Int64 = 0
    var take = ""

    static let signature = Signature(
        "resolve",
        "Settle a conflict; what is taken wins everywhere.",
        discussion: """
            local keeps the row that is here, remote writes that of the node. A file has the columns that are to be written, \
            as a JSON object.
            """,
        examples: [
            .init("pgsync conflicts resolve 12 --take remote", "The node was right."),
            .init("pgsync conflicts resolve 12 --take row.json", "Neither was."),
        ],
        exitCodes: [.noSuchChange, .notPermitted, .configuration, .wrongFile]
    )
    static let parameters: [Parameter<Self>] = [
        .conflict(\.id),
        .option("take", \.take, placeholder: "local|remote|FILE", isPath: true, help: "What is right."),
    ]

    func validate() throws {
        guard !take.isEmpty else {
            throw UsageProblem.conflict("--take says what is right: local, remote or a file")
        }
    }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        var row: String?
        if !["local", "remote"].contains(take) {
            let text: String
            do throws(FileError) {
                text = String(decoding: try OpenFile.bytes(of: take, limit: 1 << 20), as: UTF8.self)
            } catch {
                throw CommandError.unreadableFile(path: take, reason: "\(error)")
            }
            guard (try? JSONValue(parsing: text))?.object != nil else {
                throw CommandError.unreadableFile(path: take, reason: "it is no JSON object")
            }
            row = text
        }
        let database = try Database(globals, in: context, program: "pgsync conflicts")
        let done = try await database.withSchema { [id, take, row] connection in
            try await connection.withTransaction(TransactionOptions(isolation: .readCommitted)) { session in
                try ConflictStore(session).resolve(id, take: row == nil ? take : "given", row: row)
            }
        }
        if globals.json {
            try context.print([
                "conflict_id": JSONValue(id), "resolution": .string(done.resolution),
                "version": .string(done.version),
            ])
        } else if !globals.quiet {
            try context.print("settled conflict \(id): \(done.resolution), as version \(done.version)")
        }
        return .success
    }
}

/// The command `pgsync conflicts replay`.
struct ConflictsReplayCommand: Command {
    var policy: SyncPolicy?
    var table: String?
    var limit = 1_000

    static let signature = Signature(
        "replay",
        "Say what another policy would have made of the conflicts so far.",
        discussion: "It changes nothing: a rehearsal before pgsync sync on TABLE --policy POLICY.",
        examples: [.init("pgsync conflicts replay --policy fields", "Which would have ended otherwise.")]
    )
    static let parameters: [Parameter<Self>] = [
        .option("policy", \.policy, help: "The policy to try."),
        .option("table", \.table, placeholder: "TABLE", help: "Only of this table, as it is sent."),
        .option(
            "limit",
            \.limit,
            placeholder: "COUNT",
            limits: .within(1...100_000),
            help: "At most so many."
        ),
    ]

    func validate() throws {
        guard policy != nil else { throw UsageProblem.conflict("--policy says which policy to try") }
    }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync conflicts")
        let chosen = policy ?? SyncPolicy(name: "newer")
        let replays = try await database.read { [table, limit] in
            try ConflictStore($0).replay(chosen, table: table, limit: limit)
        }
        let others = replays.filter(\.differs)
        if globals.json {
            try context.print([
                "policy": .string(chosen.description), "conflicts": JSONValue(replays.count),
                "otherwise": JSONValue(others.count),
                "results": .array(
                    others.map {
                        [
                            "conflict_id": JSONValue($0.id), "table": .string($0.table),
                            "record": .string($0.record), "type": .string($0.type),
                            "resolution": .string($0.resolution), "would_be": .string($0.other),
                            "result_row": $0.rows["was"] ?? .null,
                            "would_be_row": $0.rows["would_be"] ?? .null,
                        ]
                    }
                ),
            ])
        } else {
            if !others.isEmpty {
                var text = TextTable([
                    .init("conflict", .right), .init("table"), .init("record"), .init("type"), .init("was"),
                    .init("would be"),
                ])
                for one in others {
                    text.add(["\(one.id)", one.table, one.record, one.type, one.resolution, one.other])
                }
                try context.output.write(text.text(width: context.output.terminal.tableWidth))
            }
            if !globals.quiet {
                context.say("\(others.count) of \(replays.count) conflicts would have ended otherwise")
            }
        }
        return .success
    }
}

extension ConflictStore.Conflict {
    /// What is known of it, without its rows.
    fileprivate var facts: [(String, JSONValue)] {
        [
            ("conflict_id", JSONValue(id)), ("table", .string(table)), ("record", .string(record)),
            ("node", .string(node)), ("type", .string(type)), ("policy", .string(policy)),
            ("resolution", .string(resolution)), ("state", .string(state)),
            ("local_version", localVersion.map { .string($0) } ?? .null),
            ("remote_version", remoteVersion.map { .string($0) } ?? .null),
            ("base_version", baseVersion.map { .string($0) } ?? .null),
            ("error_class", errorClass.map { .string($0) } ?? .null),
            ("error_message", error.map { .string($0) } ?? .null),
            ("noted_at", .string(notedAt.description)),
            ("decided_by", decidedBy.map { .string($0) } ?? .null),
            ("decided_at", decidedAt.map { .string($0.description) } ?? .null),
        ]
    }
}
