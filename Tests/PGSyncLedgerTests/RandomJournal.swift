import Postgres
import TestSupport

/// Posts entries such as no accountant would write, in several currencies, and takes some of them back.
struct RandomJournal {
    static let texts = [
        "Sale", "", "  spaces around  ", "semi;colon", "payee | note", "double  space", "two\nlines",
        "a\ttab",
        "comma, comma", "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "* star", "! bang", "(17) x",
        "[2026-13-45]",
        "date:2026-99-99, date2:x", "2026-01-01 x", "; all comment", "देवनागरी बिल", "فاتورة", "🧾 bill",
        "\u{2028}separator", "\u{A0}hard \u{3000}spaces", "\"quoted\" and 'single'", "back\\slash", "%3B",
        "INR 5.00",
        "= INR 5", "\r\nDOS", "a:b:c", "~ monthly", "include other.journal", "end comment", "\u{FEFF}mark",
        "tag:value, other:", "@@ INR 5", "{INR 5}", "'", ",", "%", "[", "\u{B}\u{7F}\u{1}",
    ]
    private static let accounts = [
        "1000", "1300", "1310", "13:10", "2100", "3900", "4000", "4090", "6.9_0-x", "1200",
    ]
    private static let currencies = ["INR", "JPY", "KWD", "USD"]

    var generator: SeededGenerator

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    /// Posts so many entries, and reverses about a fifth and reinstates about a twentieth of them.
    mutating func post(_ count: Int, on session: Session) throws {
        var ids: [Int64] = []
        for number in 0..<count {
            let day = "2026-\(twoDigits(1...12))-\(twoDigits(1...28))"
            let currency = pick(Self.currencies)
            let source: (table: String?, record: String?) =
                Int.random(in: 0..<3, using: &generator) == 0
                ? (nil, nil)
                : (pick([#""Odd, schema"."bills; [2026-99-99]""#, "bills"]), "\(number)\(pick(Self.texts))")
            let id: Int64 = try session.query(
                """
                select ledger.post_entry(
                    \(.inferred(day))::date, \(currency), \(pick(Self.texts)),
                    \(JSONText(lines(in: currency))), 'entry ' || \(number),
                    document_date => \(.inferred(Bool.random(using: &generator) ? day : "2025-12-31"))::date,
                    source_table => \(.inferred(source.table))::regclass, record_id => \(source.record),
                    correlation_id => \(Bool.random(using: &generator) ? pick(Self.texts) : nil)
                )
                """
            ).onlyRow().decode(0)
            ids.append(id)
        }
        for id in ids where Int.random(in: 0..<5, using: &generator) == 0 {
            let reversal: Int64 = try reverse(id, reinstating: false, on: session)
            if Int.random(in: 0..<4, using: &generator) == 0 {
                _ = try reverse(reversal, reinstating: true, on: session)
            }
        }
    }

    private mutating func reverse(_ id: Int64, reinstating: Bool, on session: Session) throws -> Int64 {
        let day = "2026-\(twoDigits(1...12))-\(twoDigits(1...28))"
        return try session.query(
            """
            select ledger.reverse_entry(
                \(id), \(.inferred(day))::date, \("taken back; " + pick(Self.texts)), reinstate => \(reinstating)
            )
            """
        ).onlyRow().decode(0)
    }

    /// Two to five lines that add up to nothing.
    private mutating func lines(in currency: String) -> String {
        let exponent = ["JPY": 0, "KWD": 3][currency] ?? 2
        var rest: Int64 = 0
        var lines: [String] = []
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            let amount =
                Int64.random(in: 1...99_999_999, using: &generator)
                * (Bool.random(using: &generator) ? 1 : -1)
            rest -= amount
            lines.append(line(amount, exponent))
        }
        if rest == 0 {
            lines.append(contentsOf: [line(1, exponent), line(-1, exponent)])
        } else {
            lines.append(line(rest, exponent))
        }
        return "[\(lines.joined(separator: ", "))]"
    }

    private mutating func line(_ amount: Int64, _ exponent: Int) -> String {
        let account = pick(Self.accounts)
        let digits = String(amount.magnitude)
        let padded = String(repeating: "0", count: max(0, exponent + 1 - digits.count)) + digits
        let decimal = exponent == 0 ? padded : "\(padded.dropLast(exponent)).\(padded.suffix(exponent))"
        let side = amount > 0 ? "debit" : "credit"
        let party =
            account == "1200" || Bool.random(using: &generator)
            ? #", "party": \#(quoted(pick(Self.texts)))"# : ""
        let dimensions =
            Int.random(in: 0..<3, using: &generator) == 0
            ? #", "dimensions": {"counter": 2, \#(quoted(pick(Self.texts))): [\#(quoted(pick(Self.texts)))]}"#
            : ""
        return #"{"account": "\#(account)", "\#(side)": "\#(decimal)"\#(party)\#(dimensions)}"#
    }

    private func quoted(_ text: String) -> String {
        "\""
            + text.unicodeScalars.map { scalar in
                switch scalar {
                case "\"", "\\": "\\\(scalar)"
                case "\u{0}"..<"\u{20}":
                    "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
                default: String(scalar)
                }
            }.joined() + "\""
    }

    private mutating func pick<Value>(_ values: [Value]) -> Value {
        values[Int.random(in: 0..<values.count, using: &generator)]
    }

    private mutating func twoDigits(_ range: ClosedRange<Int>) -> String {
        let number = Int.random(in: range, using: &generator)
        return (number < 10 ? "0" : "") + "\(number)"
    }
}
