import Arguments
import JSON
import PGSyncStore

/// The command `pgsync jobs list`.
struct JobsListCommand: Command {
    var state: Job.State?
    var kind: String?
    var limit = 50

    static let signature = Signature(
        "list",
        "List jobs: those under way, then the newest.",
        discussion: """
            pending: nobody has begun it. waiting: for another system or a time. interrupted: its session ended before \
            it did; beginning it again resumes it. partial: some of its items failed.
            """,
        examples: [
            .init("pgsync jobs list --state interrupted", "What must be begun again."),
            .init("pgsync jobs list --kind backfill --limit 10", "The last ten backfills."),
        ]
    )

    static let parameters: [Parameter<Self>] = [
        .option("state", \.state, help: "Only those in this state."),
        .option("kind", \.kind, placeholder: "KIND", help: "Only those of this kind, such as backfill."),
        .option("limit", \.limit, limits: .within(1...100_000), help: "How many to show."),
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync jobs")
        let found = try await database.read { [self] session in
            try JobStore(session).list(state: state, kind: kind, limit: limit + 1)
        }
        let jobs = found.prefix(limit)
        if globals.json {
            try context.print(.array(jobs.map(\.json)))
        } else if jobs.isEmpty {
            if !globals.quiet { context.say(state == nil && kind == nil ? "no jobs" : "no job matches") }
        } else {
            try context.output.write(Self.text(jobs, width: context.output.terminal.tableWidth))
        }
        if found.count > limit, !globals.quiet {
            context.say("showing \(limit); use --limit to see more")
        }
        return .success
    }

    private static func text(_ jobs: ArraySlice<Job>, width: Int?) -> String {
        let columns: [(TextTable.Column, (Job) -> String)] = [
            (.init("job", .right), { "\($0.id)" }),
            (.init("kind"), { $0.kind }),
            (.init("subject"), { $0.subject }),
            (.init("state"), { $0.state.rawValue }),
            (.init("progress"), { $0.progressText }),
            (.init("requested", isOptional: true), { $0.requestedAt.toTheSecond }),
            (.init("took", .right, isOptional: true), { $0.duration?.roughly ?? "" }),
            (.init("by", isOptional: true), { $0.requestedBy }),
            (.init("message", overflow: .wrap), { $0.errorMessage ?? $0.message ?? "" }),
        ]
        var table = TextTable(columns.map(\.0))
        for job in jobs { table.add(columns.map { $0.1(job) }) }
        return table.text(width: width)
    }
}
