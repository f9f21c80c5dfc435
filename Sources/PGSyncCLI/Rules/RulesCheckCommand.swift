import Arguments
import JSON
import PGSyncRules
import PGSyncStore

/// The command `pgsync rules check`.
struct RulesCheckCommand: Command {
    var paths: [String] = []
    var offline = false
    var chart: String?

    static let signature = Signature(
        "check",
        "Check rule files, and say what is wrong, where, and how to fix it.",
        discussion: """
            It checks names, types, accounts, examples and how the rules fit together; with a database also its \
            columns, its chart and the applied versions. A warning marks what was probably not intended; it is \
            not a failure. Nothing is changed.
            """,
        examples: [
            .init("pgsync rules check rules/", "Check every *.rules file of a directory together."),
            .init("pgsync rules check rules/ --offline --chart chart.csv", "Work without a database."),
        ],
        exitCodes: [.wrongRules]
    )

    static let parameters: [Parameter<Self>] = [
        .argument("PATH", \.paths, isPath: true, help: "Rule files, or directories with *.rules files."),
        .flag("offline", \.offline, help: "Use no database."),
        .option(
            "chart",
            \.chart,
            placeholder: "FILE",
            isPath: true,
            help: "The chart of accounts, for --offline."
        ),
    ]

    func validate() throws {
        if paths.isEmpty { throw UsageProblem.missingArgument("PATH") }
        _ = try RuleContextSource(offline: offline, chart: chart)
    }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let files = try RulePaths(paths: paths).files()
        let source = try RuleContextSource(offline: offline, chart: chart)
        let (report, unknownTables) = try await source.report(on: files, globals, in: context)
        guard report.allProblems.isEmpty else {
            return try RuleProblemList(problems: report.allProblems).write(globals, in: context)
        }
        guard !globals.json else {
            let rules = report.rules.map(\.json)
            try context.print([
                "rules": .array(rules), "problems": [],
                "warnings": RuleProblemList(problems: report.warnings).json,
                "unknown_tables": unknownTables.json,
            ])
            return .success
        }
        for warning in report.warnings { context.say(lines: warning.lines) }
        guard !globals.quiet else { return .success }
        let rules = "\(report.rules.count) \(report.rules.count == 1 ? "rule" : "rules")"
        let examples = "\(report.examples.count) \(report.examples.count == 1 ? "example" : "examples")"
        try context.print("no problem in \(rules) and \(examples)")
        for table in unknownTables {
            context.say("\(table) does not exist yet; its columns are taken as the rules declare them")
        }
        return .success
    }
}

extension Rule {
    var json: JSONValue {
        [
            "rule": .string(name),
            "version": JSONValue(version),
            "table": .string(table),
            "currency": .string(currencyName),
            "columns": columns.json,
            "checksum": .string(checksum),
        ]
    }
}
