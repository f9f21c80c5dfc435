import Arguments
import JSON
import PGSyncRules
import PGSyncStore
import Postgres

extension Parameter where Root: Command {
    /// The name of a comparison.
    static func comparisonName(_ property: any WritableKeyPath<Root, String> & Sendable) -> Self {
        .argument("NAME", property, namesCommand: NameKind.comparisons.command, help: "The comparison.")
    }
}

/// The definition of a comparison as given on a command line.
struct ComparisonPath {
    let path: String

    func read() throws -> (file: ComparisonFile, text: String) {
        let source = try RulePaths.file(path)
        return (ComparisonFile(name: path, text: source.text), source.text)
    }
}

/// The command `pgsync compare check`.
struct CompareCheckCommand: Command {
    var path = ""

    static let signature = Signature(
        "check",
        "Check the definition of a comparison.",
        discussion: "It uses no database: pgsync compare doctor looks at both sides.",
        examples: [
            .init("pgsync compare check zoho.compare", "Say what is wrong, where, and how to fix it.")
        ],
        exitCodes: [.wrongRules]
    )
    static let parameters: [Parameter<Self>] = [
        .argument("FILE", \.path, isPath: true, help: "The definition.")
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let (file, _) = try ComparisonPath(path: path).read()
        guard let comparison = file.comparison else {
            return try RuleProblemList(problems: file.problems).write(globals, in: context)
        }
        if globals.json {
            try context.print([
                "comparison": .string(comparison.name), "version": JSONValue(comparison.version),
                "entities": comparison.entities.map(\.name).json, "problems": [],
            ])
        } else if !globals.quiet {
            try context.print(
                "no problem in \(comparison.entities.count) \(comparison.entities.count == 1 ? "entity" : "entities")"
            )
        }
        return .success
    }
}

/// The command `pgsync compare apply`.
struct CompareApplyCommand: Command {
    var path = ""
    var dryRun = false

    static let signature = Signature(
        "apply",
        "Check the definition of a comparison, and bring it into force.",
        discussion: """
            A version that was applied never changes: say the next number in the first line. With "every" in that line, \
            the schedule compare-NAME runs it, which pgsync schedule shows and changes.

            It needs an operator. Whoever runs the comparison, such as a worker, must be able to read both sides, and to \
            write what it mends.
            """,
        examples: [
            .init("pgsync compare apply zoho.compare", "Bring it into force."),
            .init("pgsync compare apply zoho.compare --dry-run", "See whether it would be."),
        ],
        exitCodes: [.notPermitted, .wrongRules, .refused]
    )
    static let parameters: [Parameter<Self>] = [
        .argument("FILE", \.path, isPath: true, help: "The definition."),
        .flag("dry-run", \.dryRun, help: "Check everything; change nothing."),
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let (file, text) = try ComparisonPath(path: path).read()
        guard let comparison = file.comparison else {
            return try RuleProblemList(problems: file.problems).write(globals, in: context)
        }
        guard comparison.every == nil || comparison.cron != nil else {
            throw StoreError.refused(
                "a schedule cannot run it so often: say every 5, 10, 15, 20 or 30 min, every 1, 2, 3, 4, 6, 8 or 12 h, "
                    + "every 1 d or 7 d"
            )
        }
        let database = try Database(globals, in: context, program: "pgsync compare")
        let apply: @Sendable (Session) throws -> String = {
            try CompareStore($0).apply(comparison, content: text, cron: comparison.cron)
        }
        let outcome = try await dryRun ? database.trying(.readCommitted, apply) : database.change(apply)
        if globals.json {
            try context.print([
                "comparison": .string(comparison.name), "version": JSONValue(comparison.version),
                "outcome": .string(outcome), "dry_run": .bool(dryRun),
            ])
        } else if !globals.quiet {
            if outcome == "unchanged" {
                try context.print("\(comparison.name) is in force as it is, version \(comparison.version)")
            } else {
                let would = dryRun ? "would be " : ""
                try context.print("\(comparison.name) version \(comparison.version): \(would)\(outcome)")
                if !dryRun { context.say("to compare now: pgsync compare run \(comparison.name)") }
            }
        }
        return .success
    }
}

/// The command `pgsync compare diff`.
struct CompareDiffCommand: Command {
    var path = ""

    static let signature = Signature(
        "diff",
        "Say what differs between a definition and the one in force.",
        examples: [.init("pgsync compare diff zoho.compare", "What applying it would change.")],
        exitCodes: [.wrongRules, .noTable]
    )
    static let parameters: [Parameter<Self>] = [
        .argument("FILE", \.path, isPath: true, help: "The definition.")
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let (file, _) = try ComparisonPath(path: path).read()
        guard let comparison = file.comparison else {
            return try RuleProblemList(problems: file.problems).write(globals, in: context)
        }
        let database = try Database(globals, in: context, program: "pgsync compare")
        let (version, content) = try await database.read { try CompareStore($0).definition(comparison.name) }
        guard
            let applied = ComparisonFile(name: "\(comparison.name) version \(version)", text: content)
                .comparison
        else {
            throw StoreError.refused("version \(version) of \(comparison.name) cannot be read by this pgsync")
        }
        try AppliedDefinition(kind: "comparison", name: comparison.name, version: version)
            .write(changes: comparison.differences(from: applied), globals, in: context)
        return .success
    }
}
