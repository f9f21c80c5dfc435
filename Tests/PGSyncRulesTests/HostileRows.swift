import Days
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
            change(column, of: &row)
        }
        return JSONValue.object(row).text()
    }

    /// Changes a column, or what a path leads to in an object; now and then the object itself.
    private mutating func change(_ column: ColumnReference, of row: inout JSONObject) {
        let isWhole = column.inner.isEmpty || Int.random(in: 0..<6, using: &generator) == 0
        guard !isWhole else {
            let type = column.inner.isEmpty ? column.type : .object([:])
            row[column.name] = value(of: type, calledSo: column.name, now: row[column.name])
            return
        }
        var inner = row[column.name]?.object ?? JSONObject()
        let below = ColumnReference(
            name: column.inner[0],
            inner: Array(column.inner.dropFirst()),
            type: column.type,
            list: nil
        )
        change(below, of: &inner)
        row[column.name] = .object(inner)
    }

    private mutating func value(of type: ColumnType, calledSo name: String = "", now: JSONValue?)
        -> JSONValue?
    {
        if Int.random(in: 0..<10, using: &generator) == 0 { return pick(from: Self.wrong) }
        switch type {
        case .text where name.contains("currency"): return pick(from: Self.currencies)
        case .text where name.contains("account"): return pick(from: Self.accounts)
        case .text: return pick(from: Self.texts)
        case .timestamp: return timestamp()
        case .object: return pick(from: Self.wrong)
        case .minorMoney: return Bool.random(using: &generator) ? pick(from: Self.small) : number()
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

    /// A moment near a change of some clock, or near midnight somewhere, with any distance from UTC.
    private mutating func timestamp() -> JSONValue? {
        if Int.random(in: 0..<8, using: &generator) == 0 { return pick(from: Self.timestamps) }
        let base = Self.moments.randomElement(using: &generator) ?? 0
        let distance =
            [0, 0, 0, 19_800, -43_200, 50_400, 57_540, -57_540].randomElement(using: &generator) ?? 0
        let near = Int.random(in: -3...3, using: &generator)
        let far = Int.random(in: -100_000...100_000, using: &generator)
        let local = base + (Bool.random(using: &generator) ? near : far) + distance
        let day = (local - (local % 86_400 + 86_400) % 86_400) / 86_400
        let second = local - day * 86_400
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let time = "\(two(second / 3_600)):\(two(second / 60 % 60)):\(two(second % 60))"
        let decimals = ["", "", ".5", ".999999", ".000001"].randomElement(using: &generator) ?? ""
        let sign = distance < 0 ? "-" : "+"
        let written = "\(sign)\(two(abs(distance) / 3_600)):\(two(abs(distance) / 60 % 60))"
        let zone =
            [written, written, written, distance == 0 ? "Z" : written, ""].randomElement(using: &generator)
            ?? ""
        return .string("\(Day(daysSinceEpoch: day))T\(time)\(decimals)\(zone)")
    }

    private mutating func list(of fields: [String: ColumnType], now: JSONValue?) -> JSONValue? {
        var elements = now?.array ?? []
        for _ in 0..<Int.random(in: 0...2, using: &generator) {
            var element = elements.randomElement(using: &generator)?.object ?? JSONObject()
            for (name, type) in fields.sorted(by: { $0.key < $1.key }) {
                guard Int.random(in: 0..<3, using: &generator) == 0 else { continue }
                element[name] = value(of: type, calledSo: name, now: nil)
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

    /// Changes of clocks in Berlin, New York, Newfoundland, on Lord Howe and in Apia, and odd ones of old.
    private static let moments = [
        1_774_746_000, 1_792_890_000, 1_773_039_600, 1_793_599_200, 1_773_026_940, 1_793_586_600,
        1_775_314_800,
        1_791_042_000, 1_325_239_200, 1_767_225_600, 1_774_742_400, 63_593_070, -2_208_988_800, 7_258_118_400,
        7_258_032_000, -1_693_706_400, 2_140_045_200, 4_099_762_800, 0,
    ]

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
    private static let currencies =
        ["INR", "EUR", "JPY", "KWD", "eur", " USD ", "XXX", "", "€", "it's", "?", "EURO"].map { "\"\($0)\"" }
        + ["null", "absent"]
    private static let accounts =
        [
            "1000", "4000", "1200", "3999", "9999", "", " 1000", "it's ?", "\\\\",
            String(repeating: "ä", count: 150),
        ].map { "\"\($0)\"" } + ["null", "absent", "1000"]
    private static let timestamps =
        [
            "infinity", "-infinity", "2026-03-29", "2026-03-29T02:30:00", "2026-03-29 02:30:00+00:00",
            "2026-03-29T02:30:00+00", "2026-03-29T02:30:00+0000", "2026-03-29T02:30:00z",
            "2026-02-29T00:00:00Z",
            "2024-02-29T23:59:59.999999+00:00", "2026-03-29T24:00:00Z", "2026-03-29T23:59:60Z",
            "2026-03-29T02:30:00.1234567Z", "2026-03-29T02:30:00.Z", "2026-03-29T02:30Z",
            "2026-03-29T02:30:00+16:00", "2026-03-29T02:30:00-15:59", "2026-03-29T02:30:00+05:60",
            "1899-12-31T23:59:59Z", "1900-01-01T00:00:00Z", "1900-01-01T00:00:00+00:01",
            "2199-12-31T23:59:59Z",
            "2200-01-01T00:00:00Z", "2199-12-31T23:59:59-00:01", "1899-12-31T23:59:59-00:01",
            "9999-12-31T00:00:00Z",
            "10000-01-01T00:00:00Z", "0001-01-01T00:00:00+15:59", "0000-01-01T00:00:00Z",
            "0044-03-15T00:00:00Z BC", "2026-03-29T02:30:00Z\\n", "٢٠٢٦-03-29T02:30:00Z", "", "now",
        ].map { "\"\($0)\"" } + ["null", "absent", "20260329"]
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
