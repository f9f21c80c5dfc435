import Arguments
import JSON
import PGSyncStore
import Postgres

/// The life of a record for people: an event a line, and below it what belongs to it.
struct TraceText {
    let table: String
    let record: String
    let events: [TraceEvent]

    init(_ table: String, _ record: String, _ events: [TraceEvent]) {
        self.table = table
        self.record = record
        self.events = events
    }

    var text: String {
        guard !events.isEmpty else { return "" }
        var rows = TextTable([.init("\(table) \(record)"), .init(""), .init("number", .right), .init("")])
        for event in events {
            let number = event.kind == .entry ? event.entry : event.change
            rows.add([
                event.time?.toTheMillisecond ?? "now", event.kind.rawValue, number.map { "\($0)" } ?? "",
                event.text,
            ])
            for line in event.lines { rows.add(["", "", "", line]) }
        }
        return rows.text()
    }
}

extension TraceEvent {
    /// What is shown below it: the lines of an entry, the images of a change.
    fileprivate var lines: [String] {
        switch kind {
        case .entry: details["lines"]?.array?.map(Self.line) ?? []
        case .change:
            if let imageKey = details["image_key"]?.string, details["data"] == .null {
                ["  row encrypted for \(imageKey)"]
            } else {
                [("row", "data"), ("before", "old_data")].compactMap { label, key in
                    guard let image = details[key], image != .null else { return nil }
                    return "  \(label) \(image.string ?? image.text())"
                }
            }
        default: []
        }
    }

    private static func line(_ line: JSONValue) -> String {
        let side = line["debit"] == nil ? "credit" : "debit"
        let words = [
            line["account"]?.string, line[side]?.string, line["party"]?.string.map { "party \($0)" },
        ]
        let dimensions = line["dimensions"].map { $0.text() }
        let indent = side == "debit" ? "  debit  " : "    credit "
        return indent + (words + [dimensions]).compactMap(\.self).joined(separator: "  ")
    }

    var json: JSONValue {
        [
            "at": time.map { .string($0.description) } ?? .null, "event": .string(kind.rawValue),
            "change": change.map { JSONValue($0) } ?? .null, "entry": entry.map { JSONValue($0) } ?? .null,
            "summary": .string(text), "details": details,
        ]
    }
}

extension Timestamp {
    var toTheSecond: String { shortened(to: 19) + " UTC" }
    var toTheMillisecond: String { shortened(to: 23) }

    private func shortened(to length: Int) -> String {
        let text = description
        guard text.contains("T") else { return text }
        return text.prefix(length).split(separator: "T").joined(separator: " ")
    }
}
