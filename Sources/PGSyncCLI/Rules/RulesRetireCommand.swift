import Arguments
import JSON
import PGSyncRules
import PGSyncStore

/// The command `pgsync rules retire`.
struct RulesRetireCommand: Command {
    var name = ""
    var from: CalendarDate?

    static let signature = Signature(
        "retire",
        "End a rule: documents from a day on are posted by none of its versions.",
        discussion: """
            This is done once; only a new version takes the rule up again. Documents of those days are skipped; what is \
            posted of them stays until its record changes. Detach the table, too, if it is done with.
            """,
        examples: [
            .init("pgsync rules retire lab_bill --from 2026-04-01", "The last documents are of 31 March.")
        ],
        exitCodes: [.noTable, .notPermitted]
    )

    static let parameters: [Parameter<Self>] = [
        .argument("NAME", \.name, namesCommand: NameKind.rules.command, help: "The rule."),
        .option("from", \.from, isRequired: true, help: "The first day of documents it is no longer for."),
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        guard let from else { throw UsageProblem.missingOption("--from") }
        let versions = try await RuleAccess(globals, in: context).changing(isDryRun: false) { [name] store in
            try store.retire(name, from: from)
        }
        if globals.json {
            try context.print([
                "rule": .string(name), "versions": .array(versions.map { JSONValue($0) }),
                "active_until": .string(from.description),
            ])
        } else if !globals.quiet {
            try context.print("\(name) is retired: no version posts documents from \(from) on")
        }
        return .success
    }
}
