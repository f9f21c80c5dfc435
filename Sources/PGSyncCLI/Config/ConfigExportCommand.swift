import Arguments
import Files
import Glibc
import JSON
import PGSyncStore
import Postgres

/// The command `pgsync config export`.
struct ConfigExportCommand: Command {
    var output: String?
    var force = false

    static let signature = Signature(
        "export",
        "Write the configuration of this database to a file.",
        discussion: """
            With --output, a directory takes the configuration (\(ConfigExport.name)), the chart of accounts and a \
            file for each version of a rule; another database with the same tables becomes alike by applying it. \
            Without, the configuration alone is printed.

            Entries, periods, currencies, what waits and what is paused are no configuration.
            """,
        examples: [
            .init("pgsync config export --output conf", "Write conf/\(ConfigExport.name) and its files."),
            .init("pgsync config export", "Print it."),
        ],
        exitCodes: [.cannotWrite]
    )

    static let parameters: [Parameter<Self>] = [
        .option(
            "output",
            \.output,
            placeholder: "DIR",
            isPath: true,
            help: "Write to this directory. [default: print the file]"
        ),
        .flag("force", \.force, help: "Overwrite existing files."),
    ]

    func validate() throws {
        if force && output == nil { throw UsageProblem.conflict("--force needs --output") }
    }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync config export")
        let export = try await database.read { try ConfigExport($0) }
        try export.check()
        guard let output else {
            if globals.json {
                let files = export.files.map { ($0.path, JSONValue.string($0.text)) }
                try context.print(["files": .object(JSONObject(files))])
            } else {
                try context.output.writeUnescaped(export.main.text)
            }
            return .success
        }
        try write(export, to: output)
        if globals.json {
            try context.print([
                "directory": .string(output), "files": export.files.map(\.path).json,
            ])
        } else if !globals.quiet {
            let others = export.files.count - 1
            try context.print("\(output)/\(ConfigExport.name) and \(others) files it refers to")
        }
        return .success
    }

    private func write(_ export: ConfigExport, to directory: String) throws {
        let paths = export.files.map { "\(directory)/\($0.path)" }
        var status = stat()
        if !force, let known = paths.first(where: { unsafe stat($0, &status) == 0 }) {
            throw CommandError.cannotWrite(path: known, reason: "it exists; --force overwrites it")
        }
        let hasRules = export.files.contains { $0.path.hasPrefix("\(ConfigExport.rules)/") }
        let directories = [directory] + (hasRules ? ["\(directory)/\(ConfigExport.rules)"] : [])
        for path in directories where unsafe mkdir(path, 0o777) != 0 && errno != EEXIST {
            throw CommandError.cannotWrite(path: path, reason: FileError.text(of: errno))
        }
        // All are written before the first is put into its place; the one that names the others comes last.
        let files = try zip(paths, export.files).map { path, file in
            let written = try OutputFile(path)
            try written.write(file.text)
            return written
        }
        for file in files { try file.finish() }
    }
}
