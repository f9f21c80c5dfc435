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
                "Retry dead letters now, once the cause is fixed.",
                discussion: "The same as pgsync retry, for dead letters only.",
                examples: [
                    .init("pgsync dead retry 4711", "Retry one."),
                    .init("pgsync dead retry --class period.closed", "Retry after reopening the period."),
                ],
                exitCodes: [.noTable, .noSuchChange, .notPermitted]
            )
        }
        return Signature(
            "retry",
            "Retry failed changes now, once the cause is fixed.",
            discussion:
                "This covers dead letters and scheduled retries. Repeating it has no further effect.",
            examples: [
                .init("pgsync retry --class rule.missing", "Retry after applying a rule."),
                .init("pgsync retry --source bills --class data.*", "Retry after correcting the bills."),
                .init("pgsync retry 4711 4712", "Retry two."),
            ],
            exitCodes: [.noTable, .noSuchChange, .notPermitted]
        )
    }

    static var parameters: [Parameter<Self>] {
        [
            .flag("all", \.all, help: Scope.onlyDead ? "All dead letters." : "All failed changes."),
            .option(
                "source",
                \.source,
                placeholder: "TABLE",
                namesCommand: NameKind.tables.command,
                help: "Only those of this table."
            ),
            .option(
                "class",
                \.errorClass,
                placeholder: "CLASS",
                help: "Only those that failed with this class, or data.* for all of a family."
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
        if all, isFiltered {
            throw UsageProblem.conflict("--all cannot be combined with --class or --source")
        }
        if ids.isEmpty, !all, !isFiltered {
            throw UsageProblem.conflict("choose the changes: their numbers, --class, --source, or --all")
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
                verb: "ready to be retried",
                key: "retried",
                count: count,
                others: fates.filter { Scope.onlyDead ? $0.state != .dead : !$0.canBeRetried },
                onlyDead: Scope.onlyDead
            )
        }
        return try report.print(globals, in: context)
    }
}
