import Arguments
import PGSyncLedger
import PGSyncRules

/// Something wrong in a configuration or a file that it names.
struct ConfigProblem: Error {
    let problem: RuleProblem
    let exitCode: ExitCode
}

/// A configuration with the files it names, as far as they can be read.
struct ConfigSources: Sendable {
    let file: ConfigurationFile
    private(set) var chart: ChartFile?
    /// The text of the chart, for its problems.
    private var chartText: RuleFile?
    /// The rule files; those of one line of the configuration are a set of its number.
    private(set) var rules: [RuleFile] = []
    private(set) var problems: [ConfigProblem] = []

    init(_ path: String) throws {
        let bytes = try InputFile.bytes(of: path)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandError.unreadableFile(
                path: path,
                reason: "it is not valid UTF-8; save it as UTF-8"
            )
        }
        file = ConfigurationFile(name: path, text: text)
        problems = file.problems.map { ConfigProblem(problem: $0, exitCode: .wrongFile) }
        if let chart = file.chart { readChart(chart) }
        for (index, line) in file.rules.enumerated() { readRules(line, set: index) }
    }

    /// What is wrong in the chart, line by line.
    func problems(ofChart found: [ChartProblem]) -> [ConfigProblem] {
        guard let chartText else { return [] }
        let lines = chartText.text.split(separator: "\n", omittingEmptySubsequences: false)
        return found.map { one in
            let length = lines.indices.contains(one.line - 1) ? lines[one.line - 1].count : 1
            let range = SourceRange(line: one.line, column: 1, length: max(length, 1))
            return ConfigProblem(problem: chartText.problem(range, one.text), exitCode: .wrongFile)
        }
    }

    private mutating func readChart(_ named: Located<String>) {
        let path = file.path(of: named.value)
        do {
            let bytes = try InputFile.bytes(of: path)
            chartText = RuleFile(name: path, text: String(decoding: bytes, as: UTF8.self))
            chart = try ChartFile(bytes, path: path)
        } catch LedgerError.wrongChart(_, let found) {
            problems += problems(ofChart: found)
        } catch {
            note(error, at: named.range)
        }
    }

    private mutating func readRules(_ line: ConfigurationFile.Rules, set: Int) {
        let terms = RuleTerms(set: set, from: line.from?.value, until: line.until?.value)
        let unread = problems.count
        for path in line.paths {
            do {
                _ = try RulePaths(paths: [file.path(of: path.value)]).files()
            } catch {
                note(error, at: path.range)
            }
        }
        guard problems.count == unread else { return }
        do {
            rules += try RulePaths(paths: line.paths.map { file.path(of: $0.value) }).files(terms)
        } catch {
            note(error, at: line.paths[0].range)
        }
    }

    private mutating func note(_ error: any Error, at range: SourceRange) {
        problems.append(ConfigProblem(error, at: range, in: file))
    }
}

extension ConfigProblem {
    /// What an error says of a place: its first line, and the others as help.
    init(_ error: any Error, at range: SourceRange, in file: ConfigurationFile) {
        let lines = ErrorExplanation.message(for: error).split(separator: "\n").map { line in
            let text = line.drop { $0 == " " }
            let label = ["detail: ", "hint: "].first(where: text.hasPrefix) ?? ""
            return String(text.dropFirst(label.count))
        }
        let isFile =
            switch error {
            case CommandError.unreadableRules, CommandError.unreadableFile: true
            default: false
            }
        self.init(
            problem: file.source.problem(
                range,
                lines.first ?? "\(error)",
                help: lines.count > 1
                    ? lines.dropFirst().joined(separator: " ")
                    : isFile ? "a path begins where this file is" : nil
            ),
            exitCode: isFile ? .wrongFile : ErrorExplanation.exitCode(for: error)
        )
    }
}
