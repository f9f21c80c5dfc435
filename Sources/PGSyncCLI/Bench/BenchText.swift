import Arguments
import JSON
import PGSyncBench

/// The report of a benchmark, as text and as JSON.
struct BenchText {
    private let report: BenchReport

    init(_ report: BenchReport) {
        self.report = report
    }

    var text: String {
        var table = TextTable([
            .init("work"), .init("writers", .right), .init("capture"), .init("rows/s", .right),
            .init("of none", .right), .init("of bare", .right), .init("of hand", .right),
            .init("µs added", .right), .init("CPU µs/row", .right),
            .init("WAL B/row", .right), .init("bar"),
        ])
        for line in report.lines {
            table.add([
                line.workload.name, "\(line.workload.writers)", line.variant.rawValue,
                "\(Int(line.rowsPerSecond.rounded()))", Self.decimal(line.ofNone, 2),
                Self.decimal(line.ofBare, 2), Self.decimal(line.ofHand, 2),
                Self.decimal(line.addedMicroseconds, 1), Self.decimal(line.processorMicroseconds, 1),
                "\(Int(line.walBytesPerRow.rounded()))",
                line.bar.map { "\($0.text): \($0.holds ? "holds" : "missed")" } ?? "",
            ])
        }
        let settings = report.settings.map { "\($0.name) \($0.value)" }.joined(separator: ", ")
        let wakes = report.wakes.map { "\($0.reason) \($0.count)" }.joined(separator: ", ")
        let proofs = report.proofs.map { proof in
            proof.holds
                ? "\(proof.variant.rawValue): \(proof.logged) changes, all in the log, equal to the table"
                : "\(proof.variant.rawValue): WRONG: \(proof.changes) changes, \(proof.logged) in the log, "
                    + "\(proof.different) records differ from the table"
        }
        return """
            \(settings)

            \(table.text())
            \(proofs.joined(separator: "\n"))
            the sleeping listener woke by: \(wakes)
            the busy worker took \(report.taken) changes out of the queue

            """
    }

    var json: JSONValue {
        [
            "settings": .object(JSONObject(report.settings.map { ($0.name, .string($0.value)) })),
            "lines": .array(report.lines.map(json)),
            "checks": .array(
                report.proofs.map { proof in
                    [
                        "capture": .string(proof.variant.rawValue), "changes": JSONValue(proof.changes),
                        "logged": JSONValue(proof.logged), "different": JSONValue(proof.different),
                        "holds": .bool(proof.holds),
                    ]
                }
            ),
            "wakes": .object(JSONObject(report.wakes.map { ($0.reason, JSONValue($0.count)) })),
            "taken": JSONValue(report.taken),
        ]
    }

    private func json(_ line: BenchReport.Line) -> JSONValue {
        [
            "work": .string(line.workload.name),
            "writers": JSONValue(line.workload.writers),
            "capture": .string(line.variant.rawValue),
            "rows_per_second": JSONValue(line.rowsPerSecond),
            "of_none": JSONValue(line.ofNone),
            "of_bare": JSONValue(line.ofBare),
            "of_hand": JSONValue(line.ofHand),
            "added_microseconds_per_row": JSONValue(line.addedMicroseconds),
            "server_cpu_microseconds_per_row": Self.known(line.processorMicroseconds),
            "wal_bytes_per_row": JSONValue(line.walBytesPerRow),
            "bar": line.bar.map { .string($0.text) } ?? .null,
            "bar_holds": line.bar.map { .bool($0.holds) } ?? .null,
        ]
    }

    /// A report of figures in a table, with what was checked; `what` is counted where a promise does not hold.
    static func report(
        _ settings: [(name: String, value: String)],
        _ figures: TextTable,
        _ checks: [PostingReport.Check],
        _ what: String
    ) -> String {
        let checks = checks.map { check in
            check.holds ? "\(check.promise): yes" : "\(check.promise): NO, \(check.broken) \(what)"
        }
        return """
            \(settings.map { "\($0.name) \($0.value)" }.joined(separator: ", "))

            \(figures.text())
            \(checks.joined(separator: "\n"))

            """
    }

    /// The same for programs.
    static func report(
        _ settings: [(name: String, value: String)],
        _ figures: JSONValue,
        _ checks: [PostingReport.Check]
    ) -> JSONValue {
        [
            "settings": .object(JSONObject(settings.map { ($0.name, .string($0.value)) })),
            "figures": figures,
            "checks": .array(
                checks.map { check in
                    [
                        "promise": .string(check.promise), "broken": JSONValue(check.broken),
                        "holds": .bool(check.holds),
                    ]
                }
            ),
        ]
    }

    /// Large figures without decimals, small ones with.
    static func number(_ value: Double) -> String {
        value.isFinite && abs(value) >= 100 ? "\(Int(value.rounded()))" : decimal(value, 2)
    }

    /// A figure that may not be known, for programs.
    static func known(_ value: Double) -> JSONValue { value.isFinite ? JSONValue(value) : .null }

    static func decimal(_ value: Double, _ digits: Int) -> String {
        guard value.isFinite else { return "–" }
        let factor = digits == 1 ? 10 : 100
        let scaled = Int((value * Double(factor)).rounded())
        let fraction = String(abs(scaled) % factor)
        let zeros = String(repeating: "0", count: digits - fraction.count)
        return "\(scaled < 0 ? "-" : "")\(abs(scaled) / factor).\(zeros)\(fraction)"
    }
}
