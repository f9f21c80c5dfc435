import Arguments
import PGSyncStore

/// The command `pgsync jobs cancel`.
struct JobsCancelCommand: Command {
    var id: Int64 = 0

    static let signature = Signature(
        "cancel",
        "Cancel a job; what it has done stays.",
        discussion: """
            A running job is asked to end, which it does when it next reports. One that nobody runs, pending or \
            interrupted, ends at once.
            """,
        examples: [.init("pgsync jobs cancel 7", "Cancel job 7.")],
        exitCodes: [.noSuchChange, .notPermitted]
    )

    static let parameters: [Parameter<Self>] = [
        .argument(
            "ID",
            \.id,
            limits: .atLeast(1),
            namesCommand: NameKind.jobs.command,
            help: "The number of the job."
        )
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync jobs")
        let job = try await database.change { [id] in try JobStore($0).cancel(id) }
        if globals.json {
            try context.print(job.json)
        } else if !globals.quiet {
            try context.print(
                job.state == .cancelled
                    ? "cancelled \(job.title)"
                    : "asked \(job.title), to end; to see when it does: pgsync jobs watch \(job.id)"
            )
        }
        return .success
    }
}
