import Arguments
import JSON
import PGSyncSelfTest
import Postgres

/// Shows a self-test: to people as a list that grows, to programs as one document.
struct SelfTestDisplay: Sendable {
    private let globals: GlobalOptions
    private let context: CommandContext

    init(_ globals: GlobalOptions, in context: CommandContext) {
        self.globals = globals
        self.context = context
    }

    func show(_ stage: SelfTestReport.Stage) throws {
        guard !globals.json, !globals.quiet || stage.state == .failed else { return }
        let mark =
            switch stage.state {
            case .passed: "✓"
            case .failed: "✗"
            case .skipped: "-"
            }
        let name = stage.name.rawValue.padded(to: Self.width)
        let time = stage.state == .skipped ? "not tried" : stage.duration.text
        try context.print(
            stage.summary.isEmpty ? "\(mark) \(name)  \(time)" : "\(mark) \(name)  \(time)  \(stage.summary)"
        )
        for problem in stage.problems {
            for line in problem.split(separator: "\n") { try context.print("    \(line)") }
        }
    }

    func show(_ report: SelfTestReport) throws {
        guard !globals.json else { return try context.print(report.json) }
        if !globals.quiet {
            try context.output.write("\n" + report.tableText(width: context.output.terminal.tableWidth))
        }
        for table in report.tables {
            for obstacle in table.notTried { context.say("\(table.name): not tried: \(obstacle)") }
        }
        if !globals.quiet || report.verdict != .passed { try context.print(report.sentence) }
    }

    func sayKept(_ options: ConnectionOptions) {
        let name = options["dbname"] ?? ""
        context.say(
            "the database is kept; to look into it: psql '\(options)'; to drop it: drop database \(name);"
        )
    }

    private static let width = SelfTestReport.StageName.allCases.map(\.rawValue.count).max() ?? 0
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}

extension SelfTestReport {
    fileprivate var sentence: String {
        let seconds = duration.text
        return switch verdict {
        case .passed: "the self-test passed in \(seconds)"
        case .failed: "the self-test failed after \(seconds)"
        case .incomplete:
            tables.isEmpty
                ? "no table is attached, so nothing was tried"
                : "what was tried passed in \(seconds), but not everything could be tried"
        }
    }

    fileprivate func tableText(width: Int?) -> String {
        guard !tables.isEmpty else { return "" }
        var text = TextTable([
            .init("table"), .init("rows", .right), .init("changes", .right), .init("posted", .right),
            .init("unchanged", .right), .init("reversed", .right), .init("dead", .right),
            .init("classes", overflow: .wrap, isOptional: true),
        ])
        for table in tables {
            let dead = table.dead.values.reduce(0, +)
            let counts = [
                table.captured, table.count("posted") + table.count("amended"), table.count("unchanged"),
                table.count("reversed"), dead,
            ]
            text.add(
                [table.name, table.isMadeUp ? "\(table.rows) made up" : "\(table.rows)"]
                    + counts.map(\.grouped)
                    + [table.dead.keys.sorted().joined(separator: ", ")]
            )
        }
        return text.text(width: width)
    }

    fileprivate var json: JSONValue {
        [
            "verdict": .string(verdict.rawValue), "database": .string(database), "kept": .bool(isKept),
            "seconds": duration.seconds,
            "stages": .array(
                stages.map { stage in
                    [
                        "stage": .string(stage.name.rawValue), "state": .string(stage.state.rawValue),
                        "seconds": stage.duration.seconds, "summary": .string(stage.summary),
                        "problems": .array(stage.problems.map(JSONValue.string)),
                    ]
                }
            ),
            "tables": .array(tables.map(\.json)),
        ]
    }
}

extension SelfTestReport.Table {
    fileprivate func count(_ outcome: String) -> Int { outcomes[outcome] ?? 0 }

    fileprivate var json: JSONValue {
        func number(_ outcome: String) -> JSONValue { JSONValue(count(outcome)) }
        return [
            "table": .string(name), "rows": JSONValue(rows), "made_up": .bool(isMadeUp),
            "captured": JSONValue(captured), "posted": number("posted"), "amended": number("amended"),
            "reversed": number("reversed"), "unchanged": number("unchanged"),
            "superseded": number("superseded"),
            "dead": JSONValue(dead.values.reduce(0, +)),
            "failures": .array(
                dead.sorted { $0.key < $1.key }.map {
                    ["error_class": .string($0.key), "changes": JSONValue($0.value)]
                }
            ),
            "not_tried": .array(notTried.map(JSONValue.string)),
        ]
    }
}
