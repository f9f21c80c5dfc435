import Arguments
import JSON
import PGSyncDelivery
import PGSyncImport
import PGSyncStore
import Postgres

extension Parameter where Root: Command {
    /// The name of an endpoint.
    static func endpoint(_ property: any WritableKeyPath<Root, String> & Sendable) -> Self {
        .argument("NAME", property, namesCommand: NameKind.imports.command, help: "The endpoint.")
    }
}

/// The command `pgsync endpoint list`.
struct EndpointListCommand: Command {
    static let signature = Signature(
        "list",
        "List the systems that pgsync calls, and whether each may be called.",
        discussion: """
            closed: it may be called. open: it failed several times in a row, and is left alone until the next probe. \
            limited: it asked for a wait. paused: somebody stopped it, or its secret was refused.
            """,
        examples: [.init("pgsync endpoint list", "Which there are, and what is left of their budgets.")]
    )
    static let parameters: [Parameter<Self>] = []

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync endpoint")
        let endpoints = try await database.read { try EndpointStore($0).list() }
        if globals.json {
            try context.print(.array(endpoints.map(\.json)))
        } else if endpoints.isEmpty {
            if !globals.quiet {
                context.say("no endpoints; an import brings its own: pgsync import apply FILE")
            }
        } else {
            let columns: [(TextTable.Column, (Endpoint) -> String)] = [
                (.init("endpoint"), { $0.name }),
                (.init("state"), { $0.state.rawValue }),
                (.init("budget left"), { $0.budgetText }),
                (.init("last ok", isOptional: true), { $0.lastOKAt?.toTheSecond ?? "never" }),
                (.init("at", isOptional: true), { $0.baseURL }),
                (.init("message", overflow: .wrap), { $0.problem ?? "" }),
            ]
            var table = TextTable(columns.map(\.0))
            for endpoint in endpoints { table.add(columns.map { $0.1(endpoint) }) }
            try context.output.write(table.text(width: context.output.terminal.tableWidth))
        }
        return .success
    }
}

/// The command `pgsync endpoint show`.
struct EndpointShowCommand: Command {
    var name = ""

    static let signature = Signature(
        "show",
        "Show all about an endpoint: breaker, budgets, clock, last failure.",
        examples: [.init("pgsync endpoint show irelandpay", "Show one.")],
        exitCodes: [.noTable]
    )
    static let parameters: [Parameter<Self>] = [.endpoint(\.name)]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync endpoint")
        let endpoint = try await database.read { [name] in try EndpointStore($0).endpoint(name) }
        if globals.json {
            try context.print(endpoint.json)
        } else {
            for (label, text) in endpoint.facts { try context.print("\(label): \(text)") }
        }
        return .success
    }
}

/// The command `pgsync endpoint test`.
struct EndpointTestCommand: Command {
    var name = ""

    static let signature = Signature(
        "test",
        "Call an endpoint once, and say what it answered.",
        discussion: """
            It asks for the first page of the first stream, within the budget, with the secret as this machine has it, and \
            writes nothing.
            """,
        examples: [.init("pgsync endpoint test irelandpay", "See whether address and secret are right.")],
        exitCodes: [.noTable, .notPermitted]
    )
    static let parameters: [Parameter<Self>] = [.endpoint(\.name)]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync endpoint")
        let (_, content) = try await database.read { [name] in try ImportStore($0).definition(name) }
        let site = DeliverySite.current(credentials: database.credentialFiles(in: context.environment))
        let trial = try await database.withSchema { [name] connection in
            try await EndpointTrial(name: name, content: content, site: site).run(on: connection)
        }
        if globals.json {
            try context.print([
                "endpoint": .string(name), "ok": .bool(trial.isOK), "message": .string(trial.message),
                "rows": trial.rows.map { JSONValue($0) } ?? .null,
            ])
        } else if !globals.quiet || !trial.isOK {
            try context.print("\(name): \(trial.message)")
        }
        return trial.isOK ? .success : .problemsFound
    }
}

/// What a command does to an endpoint that it names.
protocol EndpointSwitch: Sendable {
    static var signature: Signature { get }
    static func act(on name: String, reason: String?, in store: EndpointStore) throws -> String
}

/// The commands `pgsync endpoint pause` and `resume`.
struct EndpointSwitchCommand<Act: EndpointSwitch>: Command {
    var name = ""
    var reason: String?

    static var signature: Signature { Act.signature }
    static var parameters: [Parameter<Self>] {
        [.endpoint(\.name)]
            + (Act.self == EndpointPausing.self
                ? [.option("reason", \.reason, placeholder: "TEXT", help: "Why, for those who come later.")]
                : [])
    }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync endpoint")
        let (text, endpoint) = try await database.change { [self] session in
            let store = EndpointStore(session)
            return (try Act.act(on: name, reason: reason, in: store), try store.endpoint(name))
        }
        if globals.json {
            try context.print(endpoint.json)
        } else if !globals.quiet {
            try context.print(text)
        }
        return .success
    }
}

enum EndpointPausing: EndpointSwitch {
    static let signature = Signature(
        "pause",
        "Stop all calls to an endpoint until it is resumed.",
        discussion: "Runs that need it wait; what they have read stays.",
        examples: [
            .init("pgsync endpoint pause irelandpay --reason 'moved on Sunday'", "Call it no longer.")
        ],
        exitCodes: [.noTable, .notPermitted]
    )

    static func act(on name: String, reason: String?, in store: EndpointStore) throws -> String {
        try store.pause(name, reason: reason)
            ? "paused \(name); to call it again: pgsync endpoint resume \(name)" : "\(name) was paused before"
    }
}

enum EndpointResuming: EndpointSwitch {
    static let signature = Signature(
        "resume",
        "Call an endpoint again, at once.",
        discussion: "It also ends a wait that the API asked for, and lets the breaker try.",
        examples: [.init("pgsync endpoint resume irelandpay", "After its secret was put right.")],
        exitCodes: [.noTable, .notPermitted]
    )

    static func act(on name: String, reason: String?, in store: EndpointStore) throws -> String {
        try store.resume(name) ? "resumed \(name)" : "nothing had stopped \(name)"
    }
}

extension Endpoint {
    var budgetText: String {
        budgets.map { "\($0.left.grouped) of \($0.limit.grouped) per \($0.name)" }.joined(separator: ", ")
    }

    /// Why it may not be called, or what went wrong last.
    var problem: String? {
        switch state {
        case .paused: pauseReason ?? "paused by \(pausedBy ?? "somebody")"
        case .limited: "not before \(limitedUntil?.toTheSecond ?? "")"
        case .open, .halfOpen: "next probe at \(nextProbeAt?.toTheSecond ?? ""): \(lastError ?? "")"
        case .closed: failuresInARow > 0 ? lastError : nil
        }
    }

    var facts: [(String, String)] {
        var facts: [(String, String?)] = [
            ("endpoint", name), ("at", baseURL), ("hosts", hosts.joined(separator: ", ")),
            ("secret", secretReference), ("calls at once", "\(parallel)"), ("state", state.rawValue),
            ("why", problem),
        ]
        facts += budgets.map { budget in
            let allowed = budget.allowed < budget.limit ? ", \(budget.allowed) allowed after complaints" : ""
            return ("per \(budget.name)", "\(budget.used.grouped) of \(budget.limit.grouped) used\(allowed)")
        }
        facts += [
            ("failures in a row", failuresInARow == 0 ? nil : "\(failuresInARow)"),
            ("clock ahead by", clockSkew.flatMap { $0 == .zero ? nil : $0.roughly }),
            ("last ok", lastOKAt?.toTheSecond ?? "never"),
            (
                "last failure",
                lastErrorAt.map { "\($0.toTheSecond), \(lastErrorClass ?? ""): \(lastError ?? "")" }
            ),
        ]
        return facts.compactMap { label, text in text.map { (label, $0) } }
    }

    var json: JSONValue {
        func time(_ time: Timestamp?) -> JSONValue { time.map { .string($0.description) } ?? .null }
        func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
        return [
            "endpoint": .string(name), "kind": .string(kind), "base_url": .string(baseURL),
            "hosts": hosts.json,
            "secret": text(secretReference), "parallel": JSONValue(parallel),
            "state": .string(state.rawValue),
            "limited_until_at": time(limitedUntil), "paused_at": time(pausedAt), "paused_by": text(pausedBy),
            "pause_reason": text(pauseReason), "failures_in_a_row": JSONValue(failuresInARow),
            "next_probe_at": time(nextProbeAt), "clock_skew_seconds": clockSkew?.seconds ?? .null,
            "last_ok_at": time(lastOKAt), "last_error_at": time(lastErrorAt),
            "error_class": text(lastErrorClass), "error_message": text(lastError),
            "budgets": .array(
                budgets.map { budget in
                    [
                        "budget": .string(budget.name), "limit": JSONValue(budget.limit),
                        "calls_allowed": JSONValue(budget.allowed), "calls_used": JSONValue(budget.used),
                        "calls_left": JSONValue(budget.left), "next_free_at": time(budget.nextFreeAt),
                    ]
                }
            ),
        ]
    }
}
