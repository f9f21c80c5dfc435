import Arguments
import JSON
import PGSyncRules

/// An example with the results of both sides.
struct ExampleResult {
    let run: ExampleRun
    /// Nil without a database.
    var inDatabase: RuleOutcome?

    var agrees: Bool { inDatabase == nil || inDatabase == run.outcome }
    var passes: Bool { run.problem == nil && agrees }
}

/// The results of the examples of rules, one line each.
struct ExampleReport {
    let results: [ExampleResult]
    let isOffline: Bool

    func write(_ globals: GlobalOptions, in context: CommandContext) throws -> ExitCode {
        let failed = results.filter { !$0.passes }
        if globals.json {
            try context.print(json)
        } else {
            try writeLines(globals, failed, in: context)
        }
        guard results.allSatisfy(\.agrees) else { return .problemsFound }
        return failed.isEmpty ? .success : .wrongRules
    }

    private func writeLines(
        _ globals: GlobalOptions,
        _ failed: [ExampleResult],
        in context: CommandContext
    ) throws {
        let shown = globals.quiet ? failed : results
        var table = TextTable([
            .init(""), .init("rule"), .init("example", overflow: .wrap), .init("outcome", overflow: .wrap),
        ])
        for result in shown {
            table.add([
                result.passes ? "ok" : "FAIL", result.run.rule.label, result.run.name,
                result.run.outcome.summary,
            ])
        }
        if !shown.isEmpty { try context.output.write(table.text(width: context.output.terminal.tableWidth)) }
        for result in failed {
            if let problem = result.run.problem { context.say(lines: problem.lines) }
            if let other = result.inDatabase, !result.agrees {
                let place = "\(result.run.file):\(result.run.line): '\(result.run.name)'"
                context.say(lines: [
                    "\(place): PostgreSQL \(other.summary) instead",
                    "  help: this is a bug in pgsync, not in the rule; please report it with the rule file",
                ])
            }
        }
        guard !globals.quiet else { return }
        let count = "\(results.count) \(results.count == 1 ? "example" : "examples")"
        let place = isOffline ? "" : ", in pgsync and in PostgreSQL"
        try context.print(
            failed.isEmpty ? "\(count), all passed\(place)" : "\(failed.count) of \(count) failed"
        )
    }

    private var json: JSONValue {
        .array(
            results.map { result in
                [
                    "rule": .string(result.run.rule.name),
                    "version": JSONValue(result.run.rule.version),
                    "example": .string(result.run.name),
                    "file": .string(result.run.file),
                    "line": JSONValue(result.run.line),
                    "passes": .bool(result.passes),
                    "outcome": .string(result.run.outcome.summary),
                    "in_database": result.inDatabase.map { .string($0.summary) } ?? .null,
                    "message": result.run.problem.map { .string($0.message) } ?? .null,
                    "remedy": result.run.problem?.help.map(JSONValue.string) ?? .null,
                ]
            }
        )
    }
}

extension RuleOutcome {
    /// In a few words.
    var summary: String {
        switch self {
        case .nothing: "posts nothing"
        case .entry(let entry): "posts \(entry.lines.count) lines"
        case .failure(let failure): "fails \(failure.kind.rawValue)"
        }
    }
}
