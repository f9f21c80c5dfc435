import Arguments
import PGSyncStore

/// The commands `pgsync retry` and `pgsync dead retry`.
struct RetryCommand<Scope: QueueScope>: Command {
    var ids: [Int64] = []
    var all = false
    var source: String?
    var errorClass: String?

    static var signature: Signature {
        guard !Scope.onlyDead else {
            return Signature(
                "retry",
                "Have dead letters tried again at once, after the cause is mended.",
                discussion: "The same as pgsync retry, for dead letters alone.",
                examples: [
                    .init("pgsync dead retry 4711", "One of them."),
                    .init("pgsync dead retry --class period.closed", "After the period was opened again."),
                ],
                exitCodes: [.noTable, .noSuchChange, .notPermitted]
            )
        }
        return Signature(
            "retry",
            "Have changes that failed tried again at once, after the cause is mended.",
            discussion:
                "Dead letters, and those that wait for their time. Doing it twice, or two at a time, does it once.",
            examples: [
                .init("pgsync retry --class rule.missing", "After a rule was applied."),
                .init("pgsync retry --source bills --class data.*", "After the bills were corrected."),
                .init("pgsync retry 4711 4712", "Two of them."),
            ],
            exitCodes: [.noTable, .noSuchChange, .notPermitted]
        )
    }

    static var parameters: [Parameter<Self>] {
        [
            .flag("all", \.all, help: Scope.onlyDead ? "All dead letters." : "All that have failed."),
            .option(
                "source",
                \.source,
                placeholder: "TABLE",
                namesCommand: NameKind.tables.command,
                help: "Those of this table."
            ),
            .option(
                "class",
                \.errorClass,
                placeholder: "CLASS",
                help: "Those that failed so; data.* for a family."
            ),
            .argument(
                "ID",
                \.ids,
                limits: .atLeast(1),
                namesCommand: NameKind.deadLetters.command,
                help: "The numbers of the changes."
            ),
        ]
    }

    func validate() throws {
        let isFiltered = source != nil || errorClass != nil
        if !ids.isEmpty, all || isFiltered {
            throw UsageProblem.conflict("name changes, or choose them with --all, --class and --source")
        }
        if all, isFiltered { throw UsageProblem.conflict("--all goes without --class and --source") }
        if ids.isEmpty, !all, !isFiltered {
            throw UsageProblem.conflict("say which: the numbers of changes, --class, --source, or --all")
        }
    }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let program = Scope.onlyDead ? Scope.program : "pgsync retry"
        let report = try await Database(globals, in: context, program: program).change { [self] session in
            let store = QueueStore(session)
            let table = try source.map { try SourceStore(session).rememberedTable(named: $0) }
            let fates = try store.fates(of: ids)
            let count = try store.retry(
                ids.isEmpty ? nil : ids,
                QueueFilter(state: Scope.onlyDead ? .dead : nil, table: table, errorClass: errorClass)
            )
            return ActionReport(
                verb: "tried again at once",
                key: "retried",
                count: count,
                others: fates.filter { Scope.onlyDead ? $0.state != .dead : !$0.canBeRetried },
                onlyDead: Scope.onlyDead
            )
        }
        return try report.print(globals, in: context)
    }
}
