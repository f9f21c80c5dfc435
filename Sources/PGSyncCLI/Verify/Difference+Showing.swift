import Arguments
import JSON
import PGSyncStore
import Postgres

extension Difference {
    static func table(_ differences: ArraySlice<Difference>, width: Int?) -> String {
        var table = TextTable([
            .init("difference", .right), .init("kind"), .init("state"), .init("table"), .init("record"),
            .init("amount", .right), .init("seen", .right, isOptional: true), .init("found", overflow: .wrap),
        ])
        for difference in differences {
            table.add([
                "\(difference.id)", difference.kind, difference.state.rawValue, difference.table ?? "",
                difference.subject, difference.money, "\(difference.seen)", difference.found,
            ])
        }
        return table.text(width: width)
    }

    /// The record, entry or change it is about.
    private var subject: String {
        record ?? entry.map { "entry \($0)" } ?? change.map { "change \($0)" } ?? ""
    }

    private var money: String {
        guard let amount, let currency else { return "" }
        return "\(amount) \(currency)"
    }

    var text: String {
        var table = TextTable([.init("difference"), .init("\(id)", overflow: .wrap)])
        let rows: [(String, String?)] = [
            ("kind", kind), ("state", state.rawValue), ("table", self.table), ("record", record),
            ("entry", entry.map(String.init)), ("change", change.map(String.init)), ("found", found),
            ("amount at stake", money.isEmpty ? nil : money),
            ("rules say", Self.lines(expected)), ("posted", Self.lines(posted)), ("remedy", remedy),
            ("first seen", "\(firstSeenAt.toTheSecond), by job \(firstJob)"),
            ("last seen", "\(lastSeenAt.toTheSecond), by job \(lastJob), \(seen) times in all"),
            ("state since", "\(stateSince.toTheSecond), by \(stateBy)"), ("reason", reason),
        ]
        for (label, value) in rows { if let value { table.add([label, value]) } }
        return table.text()
    }

    private static func lines(_ lines: JSONValue) -> String? {
        lines.array?.map { line in
            ["rule", "account", "amount", "currency"].compactMap { line[$0]?.string }.joined(separator: " ")
        }.joined(separator: "; ")
    }

    var json: JSONValue {
        [
            "difference": JSONValue(id), "kind": .string(kind), "state": .string(state.rawValue),
            "table": table.map(JSONValue.string) ?? .null, "record": record.map(JSONValue.string) ?? .null,
            "entry": entry.map { JSONValue($0) } ?? .null, "change": change.map { JSONValue($0) } ?? .null,
            "found": .string(found), "remedy": remedy.map(JSONValue.string) ?? .null,
            "expected_lines": expected, "posted_lines": posted,
            "amount": amount.map(JSONValue.string) ?? .null,
            "currency": currency.map(JSONValue.string) ?? .null,
            "first_job": JSONValue(firstJob), "last_job": JSONValue(lastJob), "seen": JSONValue(seen),
            "first_seen_at": .string(firstSeenAt.description),
            "last_seen_at": .string(lastSeenAt.description),
            "state_changed_at": .string(stateSince.description), "user": .string(stateBy),
            "reason": reason.map(JSONValue.string) ?? .null,
        ]
    }
}
