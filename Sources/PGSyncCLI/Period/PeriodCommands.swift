import Arguments
import Days
import JSON
import PGSyncLedger
import PGSyncStore
import Postgres

/// The command `pgsync period list`.
struct PeriodListCommand: Command {
    static let signature = Signature(
        "list",
        "Show the accounting periods: when entries can be posted.",
        examples: [.init("pgsync period list", "Show what is open.")]
    )
    static let parameters: [Parameter<Self>] = []

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let periods = try await PeriodAccess(globals, in: context).list()
        guard !globals.json else {
            try context.print(.array(periods.map(\.json)))
            return .success
        }
        guard !periods.isEmpty else {
            if !globals.quiet {
                context.say(
                    "there is no period, so nothing can be posted; create one with pgsync period open"
                )
            }
            return .success
        }
        var table = TextTable([
            .init("period"), .init("from"), .init("until"), .init("status"), .init("closed"),
            .init("reopened because", overflow: .wrap),
        ])
        for period in periods {
            let closed = period.closedAt.map { "\($0.description.prefix(10)) by \(period.closedBy ?? "")" }
            table.add([
                period.name, "\(period.firstDay)", "\(period.lastDay)", period.status.rawValue, closed ?? "",
                period.reason ?? "",
            ])
        }
        try context.output.write(table.text(width: context.output.terminal.tableWidth))
        return .success
    }
}

/// The command `pgsync period open`.
struct PeriodOpenCommand: Command {
    var name = ""
    var from: Day?
    var until: Day?

    static let signature = Signature(
        "open",
        "Create a period, so that entries can be posted on its days.",
        discussion: "Periods cannot overlap, and their days never change.",
        examples: [
            .init("pgsync period open 2026-04 --from 2026-04-01 --until 2026-04-30", "Open a month.")
        ],
        exitCodes: [.notPermitted, .ledgerRefused]
    )
    static let parameters: [Parameter<Self>] = [
        .argument("NAME", \.name, help: "The name of the new period."),
        .option("from", \.from, isRequired: true, help: "Its first day."),
        .option("until", \.until, isRequired: true, help: "Its last day."),
    ]

    func validate() throws {
        try checkSpan(from, until)
        guard name.contains(where: { !$0.isWhitespace }) else {
            throw UsageProblem.conflict("the name must not be empty")
        }
    }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        guard let from, let until else { throw UsageProblem.missingOption("--from DAY and --until DAY") }
        return try await PeriodAccess(globals, in: context).change { [name] in
            try $0.open(name, from: from, until: until)
        }
    }
}

/// The command `pgsync period start-closing`.
struct PeriodStartClosingCommand: Command {
    var name = ""

    static let signature = Signature(
        "start-closing",
        "Stop automatic posting to a period: the first of two steps to close it.",
        discussion: """
            From then on, rules post to the next open day or fail, as the setting closed_period_policy says; \
            users can still post manual entries. It waits for postings in progress.
            """,
        examples: [.init("pgsync period start-closing 2026-03", "Leave March open for manual entries only.")],
        exitCodes: [.notPermitted, .ledgerRefused, .notInTheBooks]
    )
    static let parameters: [Parameter<Self>] = [
        .argument("NAME", \.name, namesCommand: NameKind.periods.command, help: "The open period.")
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        try await PeriodAccess(globals, in: context).change { [name] in try $0.startClosing(name) }
    }
}

/// The command `pgsync period close`.
struct PeriodCloseCommand: Command {
    var name = ""

    static let signature = Signature(
        "close",
        "Close a period: nothing more can be posted in it.",
        discussion: "Accounts marked zero_to_close, such as suspense, must be zero at its end.",
        examples: [.init("pgsync period close 2026-03", "Close March.")],
        exitCodes: [.notPermitted, .ledgerRefused, .notInTheBooks]
    )
    static let parameters: [Parameter<Self>] = [
        .argument(
            "NAME",
            \.name,
            namesCommand: NameKind.periods.command,
            help: "The period; run start-closing first."
        )
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        try await PeriodAccess(globals, in: context).change { [name] in try $0.close(name) }
    }
}

/// The command `pgsync period reopen`.
struct PeriodReopenCommand: Command {
    var name = ""
    var reason: String?

    static let signature = Signature(
        "reopen",
        "Reopen a period; the books record who did it and why.",
        examples: [.init("pgsync period reopen 2026-04 --reason 'a bill came late'", "Reopen April.")],
        exitCodes: [.notPermitted, .ledgerRefused, .notInTheBooks]
    )
    static let parameters: [Parameter<Self>] = [
        .argument(
            "NAME",
            \.name,
            namesCommand: NameKind.periods.command,
            help: "The closing or closed period."
        ),
        .option("reason", \.reason, isRequired: true, help: "Why."),
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        guard let reason else { throw UsageProblem.missingOption("--reason TEXT") }
        return try await PeriodAccess(globals, in: context).change { [name] in
            try $0.reopen(name, reason: reason)
        }
    }
}

/// What the commands of `pgsync period` have in common.
struct PeriodAccess {
    private let ledger: LedgerAccess
    private let globals: GlobalOptions
    private let context: CommandContext

    init(_ globals: GlobalOptions, in context: CommandContext) throws {
        ledger = try LedgerAccess(globals, in: context, program: "pgsync period")
        self.globals = globals
        self.context = context
    }

    func list() async throws -> [Period] {
        try await ledger.read { session, _ in try PeriodBook(session).list() }
    }

    /// Makes a change and says what it came to.
    func change(_ body: @escaping @Sendable (PeriodBook) throws -> Period) async throws -> ExitCode {
        // Not as of one moment: closing waits for what is being posted, and then has to see it.
        let period = try await ledger.database.change { try body(PeriodBook($0)) }
        if globals.json {
            try context.print(period.json)
        } else if !globals.quiet {
            try context.print(
                "period \(period.name), \(period.firstDay) to \(period.lastDay), is \(period.status.rawValue)"
            )
        }
        return .success
    }
}

extension Period {
    var json: JSONValue {
        [
            "period": .string(name), "from": .string("\(firstDay)"), "until": .string("\(lastDay)"),
            "state": .string(status.rawValue),
            "closed_at": closedAt.map { .string($0.description) } ?? .null,
            "closed_by": closedBy.map(JSONValue.string) ?? .null,
            "reopened_because": reason.map(JSONValue.string) ?? .null,
        ]
    }
}
