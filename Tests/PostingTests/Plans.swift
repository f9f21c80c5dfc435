import JSON
import Postgres
import TestSupport

/// A part of a plan with what it did in all its runs.
struct PlanNode: Sendable, CustomStringConvertible {
    let statement: String
    let kind: String
    let relation: String
    /// Rows it looked at: those it gave and those it threw away.
    let examined: Int

    var description: String { "\(kind) \(relation) \(examined): \(statement.prefix(60))" }

    /// The nodes of a plan as auto_explain tells it.
    static func all(in report: String) throws -> [PlanNode] {
        guard let start = report.firstRange(of: "plan:\n") else { return [] }
        let explained = try JSONValue(parsing: String(report[start.upperBound...]))
        guard let plan = explained["Plan"] else { return [] }
        return nodes(plan, explained["Query Text"]?.string ?? "")
    }

    private static func nodes(_ plan: JSONValue, _ statement: String) -> [PlanNode] {
        func number(_ name: String) -> Int { plan[name]?.number?.double.map { Int($0) } ?? 0 }
        let rows =
            number("Actual Rows") + number("Rows Removed by Filter") + number("Rows Removed by Join Filter")
            + number("Rows Removed by Index Recheck")
        let node = PlanNode(
            statement: statement.split(whereSeparator: \.isWhitespace).joined(separator: " "),
            kind: plan["Node Type"]?.string ?? "",
            relation: plan["Relation Name"]?.string ?? "",
            examined: rows * number("Actual Loops")
        )
        return [node] + (plan["Plans"]?.array ?? []).flatMap { nodes($0, statement) }
    }
}

extension Session {
    /// Runs a statement and tells the plans of all statements within it.
    func plans(of statement: String) throws -> [PlanNode] {
        _ = try runScript(
            """
            load 'auto_explain'; set auto_explain.log_analyze = on; set auto_explain.log_timing = off;
            set auto_explain.log_nested_statements = on; set auto_explain.log_format = json;
            set auto_explain.log_level = notice; set auto_explain.log_min_duration = 0
            """
        )
        _ = takeNotices()
        _ = try runScript(statement)
        _ = try runScript("set auto_explain.log_min_duration = -1")
        return try takeNotices().flatMap { try PlanNode.all(in: $0.message) }
    }
}
