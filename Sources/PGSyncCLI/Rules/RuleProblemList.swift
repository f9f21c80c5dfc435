import Arguments
import JSON
import PGSyncRules

/// What is wrong with rule files, for people and for programs.
struct RuleProblemList {
    let problems: [RuleProblem]

    /// Writes them, the last line saying how many there are.
    func write(_ globals: GlobalOptions, in context: CommandContext) throws -> ExitCode {
        if globals.json {
            try context.print(["rules": [], "problems": json])
        } else {
            let files = Set(problems.map(\.file)).count
            let summary =
                "\(problems.count) \(problems.count == 1 ? "problem" : "problems") in "
                + "\(files) \(files == 1 ? "file" : "files")"
            try context.errors.write((problems.map(\.description) + [summary]).map { $0 + "\n" }.joined())
        }
        return .wrongRules
    }

    var json: JSONValue {
        .array(
            problems.map { problem in
                [
                    "file": .string(problem.file),
                    "line": JSONValue(problem.range.line),
                    "column": JSONValue(problem.range.column),
                    "length": JSONValue(problem.range.length),
                    "message": .string(problem.message),
                    "help": problem.help.map(JSONValue.string) ?? .null,
                ]
            }
        )
    }
}
