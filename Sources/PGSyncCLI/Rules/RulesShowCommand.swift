import Arguments
import JSON
import PGSyncStore
import Postgres

/// The command `pgsync rules show`.
struct RulesShowCommand: Command {
    var name = ""
    var version: Int?
    var sql = false

    static let signature = Signature(
        "show",
        "Print an applied rule as a complete rule file.",
        discussion: "Without --version it prints the version in force today, else the newest.",
        examples: [
            .init("pgsync rules show pharmacy_bill > pharmacy.rules", "Save the applied rule."),
            .init("pgsync rules show pharmacy_bill --version 2 --sql", "Show its compiled function."),
        ],
        exitCodes: [.noTable]
    )

    static let parameters: [Parameter<Self>] = [
        .argument("NAME", \.name, namesCommand: NameKind.rules.command, help: "The rule."),
        .option("version", \.version, limits: .within(1...999_999), help: "The version to print."),
        .flag("sql", \.sql, help: "Print the compiled function instead."),
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let (rule, definition) = try await RuleAccess(globals, in: context).reading { [name, version] store in
            let rule = try store.rule(named: name, version: version)
            return (rule, try store.definition(of: rule))
        }
        if globals.json {
            var object = rule.json.object ?? JSONObject()
            object["text"] = .string(rule.content)
            object["sql"] = definition.map(JSONValue.string) ?? .null
            try context.print(.object(object))
        } else if sql {
            guard let definition else { throw StoreError.functionMissing(rule.label) }
            try show(definition, in: context)
        } else {
            try show(rule.content, in: context)
        }
        return .success
    }

    /// Verbatim in a file, which is to be applied again; invisible characters escaped for a terminal.
    private func show(_ text: String, in context: CommandContext) throws {
        try context.output.terminal.isInteractive
            ? context.output.write(text) : context.output.writeUnescaped(text)
    }
}
