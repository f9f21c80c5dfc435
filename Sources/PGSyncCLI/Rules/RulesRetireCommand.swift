import Arguments
import Days
import JSON
import PGSyncRules
import PGSyncStore

/// The command `pgsync rules retire`.
struct RulesRetireCommand: Command {
    var name = ""
    var from: Day?

    static let signature = Signature(
        "retire",
        "Retire a rule: none of its versions posts documents from a given day on.",
        discussion: """
            A rule can be retired once; only a new version reactivates it. Later documents are skipped; their existing \
            entries stay until the record changes. If the table is no longer needed, detach it, too.
            """,
        examples: [
            .init("pgsync rules retire lab_bill --from 2026-04-01", "Post documents up to 31 March.")
        ],
        exitCodes: [.noTable, .notPermitted]
    )

    static let parameters: [Parameter<Self>] = [
        .argument("NAME", \.name, namesCommand: NameKind.rules.command, help: "The rule."),
        .option(
            "from",
            \.from,
            limits: .within(Day.ofRules),
            isRequired: true,
            help: "The first document date it no longer covers."
        ),
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
