import Arguments
import Days
import JSON
import PGSyncRules
import PGSyncStore
import Postgres

/// The definition of an import as given on a command line.
struct ImportPath {
    let path: String

    /// Reads it; what is wrong with it is written, and ends the command.
    func read() throws -> (file: ImportFile, text: String) {
        let source = try RulePaths.file(path)
        return (ImportFile(name: path, text: source.text), source.text)
    }
}

extension ImportFile {
    /// What it defines, or everything that is wrong with it or its examples.
    var verdict: Result<ImportDefinition, RuleProblems> {
        guard let definition else { return .failure(RuleProblems(problems: problems)) }
        let wrong = ImportExampleCheck(in: source).run(definition).compactMap(\.problem)
        return wrong.isEmpty ? .success(definition) : .failure(RuleProblems(problems: wrong))
    }
}

/// The command `pgsync import check`.
struct ImportCheckCommand: Command {
    var path = ""

    static let signature = Signature(
        "check",
        "Check the definition of an import with its examples.",
        discussion: "It uses no database and calls nothing: pgsync endpoint test calls the API.",
        examples: [.init("pgsync import check crm.import", "Say what is wrong, where, and how to fix it.")],
        exitCodes: [.wrongRules]
    )
    static let parameters: [Parameter<Self>] = [
        .argument("FILE", \.path, isPath: true, help: "The definition.")
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let (file, _) = try ImportPath(path: path).read()
        switch file.verdict {
        case .failure(let problems):
            return try RuleProblemList(problems: problems.problems).write(globals, in: context)
        case .success(let definition):
            if globals.json {
                try context.print(definition.json)
            } else if !globals.quiet {
                let examples = definition.streams.reduce(0) { $0 + $1.examples.count }
                try context.print(
                    "no problem in \(definition.streams.count.of("stream")) and \(examples.of("example"))"
                )
            }
            return .success
        }
    }
}

/// The command `pgsync import test`.
struct ImportTestCommand: Command {
    var path = ""

    static let signature = Signature(
        "test",
        "Run the examples of an import, and say what each answer becomes.",
        discussion: "An example is an answer of the API with the rows it becomes, or the class of failure.",
        examples: [.init("pgsync import test crm.import", "Run all examples.")],
        exitCodes: [.wrongRules]
    )
    static let parameters: [Parameter<Self>] = [
        .argument("FILE", \.path, isPath: true, help: "The definition.")
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let (file, _) = try ImportPath(path: path).read()
        guard let definition = file.definition else {
            return try RuleProblemList(problems: file.problems).write(globals, in: context)
        }
        let results = ImportExampleCheck(in: file.source).run(definition)
        let wrong = results.compactMap(\.problem)
        if globals.json {
            try context.print(
                .array(
                    results.map { run in
                        [
                            "stream": .string(run.stream), "example": .string(run.name),
                            "passed": .bool(run.problem == nil),
                            "message": run.problem.map { .string($0.message) } ?? .null,
                        ]
                    }
                )
            )
        } else if !globals.quiet {
            for run in results {
                try context.print("\(run.problem == nil ? "ok    " : "wrong ") \(run.stream): \(run.name)")
            }
            if results.isEmpty { context.say("there are no examples") }
        }
        guard wrong.isEmpty else {
            if !globals.json { try context.errors.write(RuleProblemList(problems: wrong).text) }
            return .wrongRules
        }
        return .success
    }
}

/// The command `pgsync import apply`.
struct ImportApplyCommand: Command {
    var path = ""
    var dryRun = false

    static let signature = Signature(
        "apply",
        "Check the definition of an import, and bring it into force.",
        discussion: """
            Its tables must be there, each with a unique key. A version that was applied never changes: say the next \
            number in the first line. What was read of a stream stays, unless it goes into another table now.

            It needs an operator who can see the tables. Whoever runs the import must be a member of pgsync_importer \
            and be able to write them.
            """,
        examples: [
            .init("pgsync import apply crm.import", "Bring it into force."),
            .init("pgsync import apply crm.import --dry-run", "See what would change."),
        ],
        exitCodes: [.notPermitted, .wrongRules, .refused]
    )
    static let parameters: [Parameter<Self>] = [
        .argument("FILE", \.path, isPath: true, help: "The definition."),
        .flag("dry-run", \.dryRun, help: "Check everything; change nothing."),
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let (file, text) = try ImportPath(path: path).read()
        let definition: ImportDefinition
        switch file.verdict {
        case .failure(let problems):
            return try RuleProblemList(problems: problems.problems).write(globals, in: context)
        case .success(let checked): definition = checked
        }
        let database = try Database(globals, in: context, program: "pgsync import")
        let apply: @Sendable (Session) throws -> String = {
            try ImportStore($0).apply(definition, content: text)
        }
        let outcome = try await dryRun ? database.trying(.readCommitted, apply) : database.change(apply)
        if globals.json {
            try context.print([
                "import": .string(definition.name), "version": JSONValue(definition.version),
                "outcome": .string(outcome), "dry_run": .bool(dryRun),
            ])
        } else if !globals.quiet {
            let would = dryRun ? "would be " : ""
            switch outcome {
            case "unchanged":
                try context.print("\(definition.name) is in force as it is, version \(definition.version)")
            default:
                try context.print("\(definition.name) version \(definition.version): \(would)\(outcome)")
                if !dryRun, outcome == "added" {
                    context.say("to fetch its history: pgsync import run \(definition.name) --type initial")
                }
            }
        }
        return .success
    }
}

/// The command `pgsync import diff`.
struct ImportDiffCommand: Command {
    var path = ""

    static let signature = Signature(
        "diff",
        "Say what differs between a definition and the one in force.",
        examples: [.init("pgsync import diff crm.import", "What applying it would change.")],
        exitCodes: [.wrongRules, .noTable]
    )
    static let parameters: [Parameter<Self>] = [
        .argument("FILE", \.path, isPath: true, help: "The definition.")
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let (file, _) = try ImportPath(path: path).read()
        guard let definition = file.definition else {
            return try RuleProblemList(problems: file.problems).write(globals, in: context)
        }
        let database = try Database(globals, in: context, program: "pgsync import")
        let (version, content) = try await database.read { try ImportStore($0).definition(definition.name) }
        guard
            let applied = ImportFile(name: "\(definition.name) version \(version)", text: content).definition
        else {
            throw StoreError.refused("version \(version) of \(definition.name) cannot be read by this pgsync")
        }
        try AppliedDefinition(kind: "import", name: definition.name, version: version)
            .write(changes: definition.differences(from: applied), globals, in: context)
        return .success
    }
}

extension ImportDefinition {
    var json: JSONValue {
        [
            "import": .string(name), "version": JSONValue(version), "base": .string(base.description),
            "hosts": hosts.json,
            "streams": .array(
                streamsInOrder.map { stream in
                    [
                        "stream": .string(stream.name), "table": .string(stream.target.description),
                        "key": stream.key.json, "columns": stream.columns.map(\.name).json,
                    ]
                }
            ),
            "problems": [],
        ]
    }
}

extension Int {
    /// Such as 1 stream, 2 streams.
    func of(_ noun: String) -> String { "\(grouped) \(noun)\(self == 1 ? "" : "s")" }
}
