import Arguments
import JSON
import PGSyncBench

/// The report on trial balances, as text and as JSON.
struct TrialBalanceText {
    private let report: TrialBalanceReport

    init(_ report: TrialBalanceReport) {
        self.report = report
    }

    var text: String {
        var table = TextTable([
            .init("balances by"), .init("lines after", .right), .init("days asked", .right),
            .init("median ms", .right), .init("fastest", .right), .init("slowest", .right),
            .init("CPU ms", .right), .init("bar"),
        ])
        for line in report.results {
            table.add([
                line.way.rawValue, "\(line.tail)", "\(line.milliseconds.count)", Self.decimal(line.median),
                Self.decimal(line.milliseconds.min() ?? .nan), Self.decimal(line.milliseconds.max() ?? .nan),
                Self.decimal(line.processorMilliseconds),
                line.holds.map {
                    "≤ \(Int(TrialBalanceReport.barMilliseconds)) ms: \($0 ? "holds" : "missed")"
                }
                    ?? "",
            ])
        }
        let settings = report.settings.map { "\($0.name) \($0.value)" }.joined(separator: ", ")
        let proofs = report.proofs.map { proof in
            proof.holds
                ? "\(proof.day): \(proof.balances) balances, equal to the plain sums and in balance"
                : "\(proof.day): WRONG: of \(proof.balances) balances \(proof.different) differ from the plain sums"
                    + (proof.isBalanced ? "" : ", and debits and credits differ")
        }
        return """
            \(settings)
            \(report.lines) lines posted in \(report.building.text), \(Self.decimal(report.processorMicrosecondsPerLine)) CPU µs each; the snapshot took \(report.takingSnapshot.text)

            \(table.text())
            \(proofs.joined(separator: "\n"))

            """
    }

    var json: JSONValue {
        [
            "settings": .object(JSONObject(report.settings.map { ($0.name, .string($0.value)) })),
            "lines": JSONValue(report.lines),
            "posting_seconds": report.building.seconds,
            "server_cpu_microseconds_per_line": BenchText.known(report.processorMicrosecondsPerLine),
            "snapshot_seconds": report.takingSnapshot.seconds,
            "results": .array(
                report.results.map { line in
                    [
                        "way": .string("\(line.way)"), "lines_after": JSONValue(line.tail),
                        "milliseconds": .array(line.milliseconds.map { JSONValue($0) }),
                        "median_milliseconds": JSONValue(line.median),
                        "server_cpu_milliseconds": BenchText.known(line.processorMilliseconds),
                        "bar_holds": line.holds.map(JSONValue.bool) ?? .null,
                    ]
                }
            ),
            "checks": .array(
                report.proofs.map { proof in
                    [
                        "day": .string(proof.day), "balances": JSONValue(proof.balances),
                        "different": JSONValue(proof.different), "balanced": .bool(proof.isBalanced),
                        "holds": .bool(proof.holds),
                    ]
                }
            ),
        ]
    }

    private static func decimal(_ value: Double) -> String {
        guard value.isFinite else { return "–" }
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
