import JSON
import TestSupport

@testable import PGSyncRules

/// Makes rows: good ones taken from the examples, with some columns replaced by borderline and hostile values.
struct HostileRows {
    private let good: [JSONObject]
    private let columns: [ColumnReference]
    private var generator: SeededGenerator

    init(for rule: Rule, examples: [JSONValue], seed: UInt64) {
        good = examples.compactMap(\.object)
        columns = rule.conditionColumns + rule.otherColumns
        generator = SeededGenerator(seed: seed)
    }

    /// The text of a row, as JSON that the database accepts.
    mutating func next() -> String {
        var row = good.randomElement(using: &generator) ?? JSONObject()
        for _ in 0..<Int.random(in: 0...3, using: &generator) {
            guard let column = columns.randomElement(using: &generator) else { break }
            row[column.name] = value(of: column.type, now: row[column.name])
        }
        return JSONValue.object(row).text()
    }

    private mutating func value(of type: ColumnType, now: JSONValue?) -> JSONValue? {
        if Int.random(in: 0..<10, using: &generator) == 0 { return pick(from: Self.wrong) }
        switch type {
        case .text: return pick(from: Self.texts)
        case .boolean: return pick(from: ["true", "false", "null"])
        case .date: return pick(from: Self.dates)
        case .integer: return pick(from: Bool.random(using: &generator) ? Self.numbers : Self.small)
        case .number, .money: return number()
        case .list(let fields): return list(of: fields, now: now)
        }
    }

    private mutating func number() -> JSONValue? {
        guard Bool.random(using: &generator) else { return pick(from: Self.numbers) }
        let units = Int.random(in: -500_000...5_000_000, using: &generator)
        let decimals = [0, 1, 2, 2, 2, 2, 3].randomElement(using: &generator) ?? 2
        let text = Decimal("\(units)e-\(decimals)").map { $0.text(places: decimals) } ?? "0"
        return Bool.random(using: &generator) ? .string(text) : JSONNumber(text).map(JSONValue.number)
    }

    private mutating func list(of fields: [String: ColumnType], now: JSONValue?) -> JSONValue? {
        var elements = now?.array ?? []
        for _ in 0..<Int.random(in: 0...2, using: &generator) {
            var element = elements.randomElement(using: &generator)?.object ?? JSONObject()
            for (name, type) in fields.sorted(by: { $0.key < $1.key }) {
                guard Int.random(in: 0..<3, using: &generator) == 0 else { continue }
                element[name] = value(of: type, now: nil)
            }
            elements.insert(.object(element), at: Int.random(in: 0...elements.count, using: &generator))
        }
        if Int.random(in: 0..<15, using: &generator) == 0, let odd = pick(from: Self.wrong) {
            elements.append(odd)
        }
        return .array(elements)
    }

    private mutating func pick(from pool: [String]) -> JSONValue? {
        guard let text = pool.randomElement(using: &generator), text != "absent" else { return nil }
        return try? JSONValue(parsing: text)
    }

    // MARK: Pools, as JSON

    private static let wrong = [
        "absent", "null", "true", "[]", "{}", "[null]", "\"\"", "\"x\"", "7", "{\"amount\": 1}", "[[1]]",
    ]
    private static let small = [
        "0", "1", "2", "5", "13", "-13", "\"7\"", "\"1.0\"", "1e2", "2.5", "null", "absent",
    ]
    private static let texts =
        [
            "cash", "card", "upi", "cheque", "barter", "patient", "insurer", "corporate", "final", "paid",
            "draft", "exempt",
            "taxable", "never", "", " ", " Cash ", "CASH", "é", "e\u{301}", "İß", "\\\\", "it's", "$$",
            "Ä\\\\'$$", "NaN",
        ].map { "\"\($0)\"" } + ["null", "absent"]
    private static let dates =
        [
            "2026-01-05", "2026-02-28", "2026-02-30", "2024-02-29", "1900-02-29", "2000-02-29", "2023-02-29",
            "infinity",
            "-infinity", "0044-03-15 BC", "0000-01-01", "0001-01-01", "9999-12-31", "10000-01-01", "2026-1-5",
            "2026-13-01",
            "2026-00-10", "2026-04-31", "2026-12-31", "2026-01-05T00:00:00", "2026-01-05 ", "2026-01-05\\n",
            "20260105",
            "٢٠٢٦-01-05", "today", "",
        ].map { "\"\($0)\"" } + ["null", "20260105", "absent"]
    private static let numbers = [
        "0", "-0", "-0.0", "0.00", "118", "118.00", "1e2", "1.10e1", "-5", "0.005", "0.004999999", "1e-9",
        "1e-10",
        "1e-400", "1e131071", "-1e131071", "1\(String(repeating: "0", count: 400))", "999999999999999999",
        "10000000000000", "10000000000000.01", "-10000000000000.01", "5000000000000.00", "5000000000000.01",
        "999999999999999999.999999999", "1000000000000000000", "92233720368547758.07", "92233720368547758.08",
        "-92233720368547758.07", "-92233720368547758.08", "46116860184273879.04", "0.0000000001",
        "1.500000000000000",
        "\"118.00\"", "\"-7.5\"", "\"NaN\"", "\"Infinity\"", "\"-Infinity\"", "\"1e5\"", "\" 5\"", "\"5 \"",
        "\"+5\"",
        "\"\"", "\"-\"", "\"1.\"", "\".5\"", "\"1.2.3\"", "\"--1\"", "\"５\"", "\"0x10\"", "\"5\\n\"",
        "\"1,000\"",
        "\"000000000000000000000000000118.00\"", "\"118.00000000000000\"", "\"0.0000000001\"",
        "\"1000000000000000000\"",
        "\"\(String(repeating: "0", count: 98))7\"", "\"\(String(repeating: "0", count: 100))7\"",
        "\"\(String(repeating: "9", count: 400))\"", "null", "absent",
    ]
}
