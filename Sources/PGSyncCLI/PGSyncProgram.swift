import Arguments
import Glibc
import Postgres

/// The command line of pgsync.
package enum PGSyncProgram {
    static let program = Program<GlobalOptions>(
        Signature(
            Version.program,
            "Keep a double-entry ledger in step with PostgreSQL tables.",
            discussion: DatabaseSource.explanation,
            examples: [
                .init("pgsync up", "Start a private PostgreSQL with everything in it, until Ctrl-C."),
                .init("pgsync migrate", "Bring the database to the schema this pgsync needs."),
                .init("pgsync doctor", "Look for what is wrong, and say what to do."),
            ]
        ),
        version: Version.number,
        exitCodes: ExitCode.table,
        commands: [
            .command(UpCommand.self),
            .command(MigrateCommand.self),
            .command(DoctorCommand.self),
            .command(AttachCommand.self),
            .command(DetachCommand.self),
            .command(SourcesCommand.self),
            .command(BackfillCommand.self),
            .command(WorkerCommand.self),
            .group(
                "config",
                "Read and change the settings that live in the database.",
                [
                    .command(ConfigListCommand.self), .command(ConfigGetCommand.self),
                    .command(ConfigSetCommand.self), .command(ConfigResetCommand.self),
                ]
            ),
            .group("bench", "Measure what pgsync costs and does.", [.command(BenchCaptureCommand.self)]),
            .command(CompletionsCommand.self),
        ],
        describeParts: { $0.verbose ? ["libpq \(ClientLibrary.version)"] : [] },
        explain: ErrorExplanation.failure
    )

    /// Runs the command line of this process and ends it.
    package static func main() async -> Never {
        exit(Int32(await program.main().code))
    }
}
