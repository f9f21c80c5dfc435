import Arguments
import JSON
import PGSyncServe
import PGSyncStore
import Postgres

/// What a token allows, as words separated by commas.
struct ScopeList: ArgumentValue, Equatable {
    let names: [String]

    init?(argument: String) {
        names = argument.split(separator: ",").map(String.init)
        guard !names.isEmpty, names.allSatisfy(DashboardOptions.scopeNames.contains) else { return nil }
    }

    init(_ names: [String]) { self.names = names }

    var argument: String { names.joined(separator: ",") }
    static var expectation: String { "some of \(DashboardOptions.scopeNames.joined(separator: ","))" }
    static var placeholder: String { "SCOPES" }
}

/// The command `pgsync token create`.
struct TokenCreateCommand: Command {
    var name = ""
    var scopes = ScopeList(["read"])
    var site: String?
    var time: Duration?

    static let signature = Signature(
        "create",
        "Make a token for the dashboard and the HTTP API, and print it once.",
        discussion: """
            The database keeps only its SHA-256. read shows everything but images; images shows captured rows, each look \
            recorded; operate retries, resolves, pauses and heals; admin changes settings, periods and tokens; audit shows \
            who did what. A token of one site shows what a login of that site sees, and no more: its queue, its changes and \
            records, its entries; with operate, it retries and resolves changes of its site.
            """,
        examples: [
            .init("pgsync token create ravi --scopes read,operate --for 90d", "For Ravi, for three months."),
            .init("pgsync token create monitoring", "A token that only reads."),
            .init(
                "pgsync token create nora --site north --scopes read,operate",
                "For Nora, of what is of the site north."
            ),
        ],
        exitCodes: [.notPermitted, .configuration]
    )
    static let parameters: [Parameter<Self>] = [
        .argument("NAME", \.name, help: "Whose it is, or what for."),
        .option("scopes", \.scopes, help: "What it allows."),
        .option("site", \.site, placeholder: "SITE", help: "The only site it shows. [default: all]"),
        .option(
            "for",
            \.time,
            limits: .within(.seconds(60) ... .seconds(315_360_000)),
            help: "How long it is valid. [default: until it is revoked]"
        ),
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let secret = Secret.token()
        let database = try Database(globals, in: context, program: "pgsync token")
        let id = try await database.change { [self] in
            try TokenStore($0).create(
                name,
                prefix: Secret.prefix(of: secret),
                hash: Secret.hash(of: secret),
                scopes: scopes.names,
                site: site,
                lifetime: time
            )
        }
        if globals.json {
            try context.print([
                "token": JSONValue(id), "name": .string(name), "scopes": scopes.names.json,
                "site": site.map { .string($0) } ?? .null, "secret": .string(secret),
            ])
        } else {
            if !globals.quiet {
                let only = site.map { ", of the site \($0)" } ?? ""
                context.say(
                    "token \(id) of \(name), scopes \(scopes.argument)\(only); it is shown this once:"
                )
            }
            try context.print(secret)
        }
        return .success
    }
}

/// The command `pgsync token list`.
struct TokenListCommand: Command {
    var all = false

    static let signature = Signature(
        "list",
        "List the tokens, without their secrets.",
        examples: [.init("pgsync token list --all", "Also those that have ended.")]
    )
    static let parameters: [Parameter<Self>] = [
        .flag("all", \.all, help: "Also those that expired or were revoked.")
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync token")
        let tokens = try await database.read { try TokenStore($0).list() }.filter {
            all || $0.state == "valid"
        }
        if globals.json {
            try context.print(.array(tokens.map(\.json)))
        } else if tokens.isEmpty {
            if !globals.quiet { context.say("no tokens; to make one: pgsync token create NAME") }
        } else {
            var table = TextTable([
                .init("token", .right), .init("name"), .init("begins"), .init("scopes", overflow: .wrap),
                .init("state"), .init("expires", isOptional: true), .init("last used", isOptional: true),
                .init("made by", isOptional: true),
            ])
            for token in tokens {
                let from = token.lastAddress.map { " from \($0)" } ?? ""
                let site = token.site.map { " of \($0)" } ?? ""
                table.add([
                    "\(token.id)", token.name, token.prefix + "…",
                    token.scopes.joined(separator: ",") + site, token.state,
                    token.expiresAt?.toTheMinute ?? "never",
                    token.lastUsedAt.map { $0.toTheMinute + from } ?? "never",
                    token.createdBy,
                ])
            }
            try context.output.write(table.text(width: context.output.terminal.tableWidth))
        }
        return .success
    }
}

extension Token {
    fileprivate var json: JSONValue {
        [
            "token": JSONValue(id), "name": .string(name), "prefix": .string(prefix), "scopes": scopes.json,
            "site": site.map { .string($0) } ?? .null, "state": .string(state),
            "created_at": .string(createdAt.description), "created_by": .string(createdBy),
            "expires_at": expiresAt.map { .string($0.description) } ?? .null,
            "last_used_at": lastUsedAt.map { .string($0.description) } ?? .null,
            "last_address": lastAddress.map { .string($0) } ?? .null,
        ]
    }
}

/// The command `pgsync token revoke`.
struct TokenRevokeCommand: Command {
    var id: Int64 = 0

    static let signature = Signature(
        "revoke",
        "End a token, and all browsers that were logged in with it.",
        discussion: "pgsync serve refuses it within a second, and ends what it has open.",
        examples: [.init("pgsync token revoke 3", "End token 3.")],
        exitCodes: [.noSuchChange, .notPermitted]
    )
    static let parameters: [Parameter<Self>] = [
        .argument("TOKEN", \.id, limits: .atLeast(1), help: "Its number: see pgsync token list.")
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync token")
        let isNew = try await database.change { [id] in try TokenStore($0).revoke(id) }
        if globals.json {
            try context.print(["token": JSONValue(id), "revoked": .bool(isNew)])
        } else if !globals.quiet {
            try context.print(isNew ? "revoked token \(id)" : "token \(id) was revoked before")
        }
        return .success
    }
}
