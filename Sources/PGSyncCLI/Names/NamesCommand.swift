import Arguments
import PGSyncStore

/// The command `pgsync names`, which completion scripts run.
struct NamesCommand: Command {
    var kind = NameKind.tables

    static let signature = Signature(
        "names",
        "Print names, one per line, for scripts and completion.",
        discussion: """
            Completion scripts run it when a table, a setting, a rule, an account, a period, a change, a job, a schedule, \
            a difference or an alert is to be typed, with the database of the environment. Of changes it prints the 200 \
            oldest, of jobs and differences the newest.
            """,
        examples: [.init("pgsync names tables", "List the attached tables.")]
    )
    static let parameters: [Parameter<Self>] = [.argument("KIND", \.kind, help: "What to list.")]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync names")
        let names = try await database.read { [kind] in try NameStore($0).list(kind) }
        if globals.json {
            try context.print(names.json)
        } else {
            for name in names { try context.print(name) }
        }
        return .success
    }
}

extension NameKind: ArgumentValue {}

extension NameKind {
    /// What completes a parameter that takes a name of this kind.
    var command: String { "names \(rawValue)" }
}
