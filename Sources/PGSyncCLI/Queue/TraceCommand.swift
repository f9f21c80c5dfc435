import Arguments
import JSON
import PGSyncStore
import Postgres

/// The command `pgsync trace`.
struct TraceCommand: Command {
    var table = ""
    var key: [String] = []
    var images = false

    static let signature = Signature(
        "trace",
        "Show the whole life of a record: each change, attempt, entry and reversal, and what waits.",
        discussion: """
            A key of several columns is given as that many words, in their order, or as one JSON array. In psql: \
            select * from pgsync.trace('bills', '17');
            """,
        examples: [
            .init("pgsync trace bills 17", "The bill with the key 17."),
            .init("pgsync trace order_lines 9 2", "A key of two columns."),
            .init("pgsync trace bills 17 --images", "With what the row contained each time."),
        ]
    )
    static let parameters: [Parameter<Self>] = [
        .flag("images", \.images, help: "Show what the row contained, too."),
        .argument("TABLE", \.table, help: "The table."),
        .argument("KEY", \.key, help: "The key of the record, a word for each of its columns."),
    ]

    func validate() throws {
        if key.isEmpty { throw UsageProblem.missingArgument("KEY") }
    }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let access = try QueueAccess(globals, in: context, program: "pgsync trace")
        let (table, record, events) = try await access.read { [name = table, key, images] session in
            let store = TraceStore(session)
            let table = try SourceStore(session).table(named: name)
            let record = try store.recordID(in: table, key: key)
            return (table, record, try store.events(of: record, in: table, withImages: images))
        }
        if globals.json {
            try context.print([
                "table": .string(table.name), "record": .string(record), "events": .array(events.map(\.json)),
            ])
        } else {
            try context.output.write(TraceText(table.name, record, events).text)
        }
        guard events.isEmpty else { return .success }
        if !globals.quiet {
            context.say(
                "nothing was captured of a record \(record) of \(table.name), or it was so long ago that it is forgotten"
            )
        }
        return .noSuchChange
    }
}

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
            [("row", "data"), ("before", "old_data")].compactMap { label, key in
                guard let image = details[key], image != .null else { return nil }
                return "  \(label) \(image.text())"
            }
        default: []
        }
    }

    private static func line(_ line: JSONValue) -> String {
        let side = line["debit"] == nil ? "credit" : "debit"
        let words = [
            line["account"]?.string, line[side]?.number?.text, line["party"]?.string.map { "party \($0)" },
        ]
        let dimensions = line["dimensions"].map { $0.text() }
        let indent = side == "debit" ? "  debit  " : "    credit "
        return indent + (words + [dimensions]).compactMap(\.self).joined(separator: "  ")
    }

    fileprivate var json: JSONValue {
        [
            "at": time.map { .string($0.description) } ?? .null, "event": .string(kind.rawValue),
            "change": change.map { JSONValue($0) } ?? .null, "entry": entry.map { JSONValue($0) } ?? .null,
            "what": .string(text), "details": details,
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
