import Arguments
import PGSyncStore

/// The command `pgsync retry`.
struct RetryCommand: Command {
    var ids: [Int64] = []
    var all = false
    var source: String?
    var errorClass: String?

    static let signature = Signature(
        "retry",
        "Have changes that failed tried again at once, after the cause is mended.",
        discussion:
            "Dead letters, and those that wait for their time. Doing it twice, or two at a time, does it once.",
        examples: [
            .init("pgsync retry --class rule.missing", "After a rule was applied."),
            .init("pgsync retry --source bills --class data.*", "After the bills were corrected."),
            .init("pgsync retry 4711 4712", "Two of them."),
        ]
    )
    static let parameters: [Parameter<Self>] = [
        .flag("all", \.all, help: "All that have failed."),
        .option("source", \.source, placeholder: "TABLE", help: "Those of this table."),
        .option(
            "class",
            \.errorClass,
            placeholder: "CLASS",
            help: "Those that failed so; data.* for a family."
        ),
        .argument("ID", \.ids, limits: .atLeast(1), help: "The numbers of the changes."),
    ]

    func validate() throws { try RetryRequest.check(ids, all, source, errorClass) }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let request = RetryRequest(ids: ids, source: source, errorClass: errorClass, onlyDead: false)
        return try await request.run(QueueAccess(globals, in: context, program: "pgsync retry"))
    }
}

/// The command `pgsync dead retry`.
struct DeadRetryCommand: Command {
    var ids: [Int64] = []
    var all = false
    var source: String?
    var errorClass: String?

    static let signature = Signature(
        "retry",
        "Have dead letters tried again at once, after the cause is mended.",
        examples: [
            .init("pgsync dead retry 4711", "One of them."),
            .init("pgsync dead retry --class period.closed", "After the period was opened again."),
        ]
    )
    static let parameters: [Parameter<Self>] = [
        .flag("all", \.all, help: "All dead letters."),
        .option("source", \.source, placeholder: "TABLE", help: "Those of this table."),
        .option(
            "class",
            \.errorClass,
            placeholder: "CLASS",
            help: "Those that failed so; data.* for a family."
        ),
        .argument("ID", \.ids, limits: .atLeast(1), help: "The numbers of the changes."),
    ]

    func validate() throws { try RetryRequest.check(ids, all, source, errorClass) }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let request = RetryRequest(ids: ids, source: source, errorClass: errorClass, onlyDead: true)
        return try await request.run(QueueAccess(globals, in: context, program: "pgsync dead"))
    }
}

/// Which changes are to be tried again: the named ones, or all that match.
private struct RetryRequest: Sendable {
    let ids: [Int64]
    let source: String?
    let errorClass: String?
    let onlyDead: Bool

    static func check(_ ids: [Int64], _ all: Bool, _ source: String?, _ errorClass: String?) throws {
        let isFiltered = source != nil || errorClass != nil
        if !ids.isEmpty, all || isFiltered {
            throw UsageProblem.conflict("name changes, or choose them with --all, --class and --source")
        }
        if all, isFiltered { throw UsageProblem.conflict("--all goes without --class and --source") }
        if ids.isEmpty, !all, !isFiltered {
            throw UsageProblem.conflict("say which: the numbers of changes, --class, --source, or --all")
        }
    }

    func run(_ access: QueueAccess) async throws -> ExitCode {
        let report = try await access.change { [self] session in
            let store = QueueStore(session)
            let table = try source.map { try SourceStore(session).table(named: $0) }
            let fates = try store.fates(of: ids)
            let count = try store.retry(
                ids.isEmpty ? nil : ids,
                QueueFilter(state: onlyDead ? .dead : nil, table: table, errorClass: errorClass)
            )
            let others = fates.filter { onlyDead ? $0.state != .dead : !$0.canBeRetried }
            return ActionReport(
                verb: "tried again at once",
                key: "retried",
                count: count,
                others: others,
                onlyDead: onlyDead
            )
        }
        return try access.report(report)
    }
}
