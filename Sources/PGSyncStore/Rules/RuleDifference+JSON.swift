import Days
package import JSON
import PGSyncRules

extension RuleDifference.Side {
    /// What a side posts, as the journal tells it; currencies have so many places.
    package func json(places: [String: Int]) -> JSONValue {
        var object = JSONObject([("rule", rule.map(JSONValue.string) ?? .null)])
        switch outcome {
        case .nothing: object["outcome"] = "nothing"
        case .failure(let failure):
            object["outcome"] = "failure"
            object["error_class"] = .string(failure.kind.rawValue)
            object["error_message"] = .string(failure.message)
            object["error_column"] = failure.column.map(JSONValue.string) ?? .null
        case .entry(let entry):
            object["outcome"] = "entry"
            object["date"] = .string(entry.date.description)
            object["description"] = .string(entry.description)
            object["currency"] = .string(entry.currency)
            let own = places[entry.currency] ?? 0
            object["lines"] = .array(entry.lines.map { Self.json($0, places: own) })
        }
        return .object(object)
    }

    private static func json(_ line: RuleEntry.Line, places: Int) -> JSONValue {
        let units = line.amount.magnitude
        let amount = Decimal("\(units)e-\(places)")?.text(places: places) ?? "\(units)"
        var object = JSONObject([
            ("account", .string(line.account)),
            (line.amount > 0 ? "debit" : "credit", .string(amount)),
        ])
        object["party"] = line.party.map(JSONValue.string)
        if !line.dimensions.isEmpty {
            let dimensions = line.dimensions.sorted { $0.key < $1.key }.map {
                ($0.key, JSONValue.string($0.value))
            }
            object["dimensions"] = .object(JSONObject(dimensions))
        }
        return .object(object)
    }
}
