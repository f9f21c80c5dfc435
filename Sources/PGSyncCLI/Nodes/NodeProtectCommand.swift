import Arguments
import JSON
import PGSyncStore
import Postgres

/// The command `pgsync node protect`.
struct NodeProtectCommand: Command {
    var name = ""
    var protection = ExchangeProtection.signed

    static let signature = Signature(
        "protect",
        "Say what requests of a node need at least.",
        discussion: """
            token: each request shows the token, as programs do that know only the documented form. signed: requests and \
            answers are signed (Standard Webhooks) and the token is not sent, so that nobody between the two can read or \
            use it, or change anything. sealed: bodies are encrypted, too (RFC 8188). A node may always do more: one of \
            pgsync signs by itself where the connection is not encrypted.
            """,
        examples: [.init("pgsync node protect north sealed", "Refuse what is not encrypted.")],
        exitCodes: [.noTable, .notPermitted]
    )
    static let parameters: [Parameter<Self>] = [
        .node(\.name), .argument("PROTECTION", \.protection, help: "token, signed or sealed."),
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync node")
        try await database.change { [name, protection] in try NodeStore($0).protect(name, protection) }
        if globals.json {
            try context.print(["node": .string(name), "protection": .string(protection.rawValue)])
        } else if !globals.quiet {
            try context.print("requests of \(name): \(protection.meaning)")
        }
        return .success
    }
}

extension ExchangeProtection: ArgumentValue {
    fileprivate var meaning: String {
        switch self {
        case .token: "the token is enough"
        case .signed: "only signed ones, from a second from now on"
        case .sealed: "only signed ones with encrypted bodies, from a second from now on"
        }
    }
}
