import Arguments
import JSON
import PGSyncRules
import VisibleText

/// What is wrong with rule files, as text and as JSON.
struct RuleProblemList {
    let problems: [RuleProblem]

    /// How many problems of one file are shown: fixing the first ones often fixes the rest.
    static let limit = 50

    /// Writes them, the last line saying how many there are.
    func write(_ globals: GlobalOptions, in context: CommandContext) throws -> ExitCode {
        if globals.json {
            try context.print(["rules": [], "problems": json])
        } else {
            try context.errors.write(text)
        }
        return .wrongRules
    }

    /// As a person reads them.
    var text: String {
        var shown: [String: Int] = [:]
        var lines: [String] = []
        for problem in problems {
            shown[problem.file, default: 0] += 1
            if shown[problem.file, default: 0] <= Self.limit { lines += problem.lines }
        }
        for (file, count) in shown.sorted(by: { $0.key < $1.key }) where count > Self.limit {
            let hidden = count - Self.limit
            lines.append(
                "\(file.visible): \(hidden) more \(hidden == 1 ? "problem is" : "problems are") not shown; "
                    + "fix the first ones and check again, or use --json"
            )
        }
        lines.append(
            "\(problems.count) \(problems.count == 1 ? "problem" : "problems") in "
                + "\(shown.count) \(shown.count == 1 ? "file" : "files")"
        )
        return lines.map { $0 + "\n" }.joined()
    }

    var json: JSONValue {
        .array(
            problems.map { problem in
                [
                    "file": .string(problem.file),
                    "line": JSONValue(problem.range.line),
                    "column": JSONValue(problem.range.column),
                    "length": JSONValue(problem.range.length),
                    "severity": .string(problem.severity.rawValue),
                    "message": .string(problem.message),
                    "remedy": problem.help.map(JSONValue.string) ?? .null,
                ]
            }
        )
    }
}
