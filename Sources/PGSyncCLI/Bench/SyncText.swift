import Arguments
import JSON
import PGSyncBench

/// The report of the benchmark of exchanges, as text and as JSON.
struct SyncText {
    private let report: SyncReport

    init(_ report: SyncReport) {
        self.report = report
    }

    var text: String {
        var table = TextTable([
            .init("measurement"), .init("case"), .init("figure", .right), .init("unit"),
            .init("beside", .right), .init("what"), .init("ratio", .right), .init("CPU µs", .right),
            .init("beside", .right), .init("bar"), .init("also"),
        ])
        for figure in report.figures {
            table.add([
                figure.measurement.rawValue, figure.name, Self.number(figure.value), figure.unit,
                figure.beside.map(Self.number) ?? "", figure.besideWhat ?? "",
                figure.ratio.map { BenchText.decimal($0, 2) } ?? "",
                figure.serverMicroseconds.map(Self.number) ?? "",
                figure.besideServerMicroseconds.map(Self.number) ?? "",
                figure.bars.map { "\($0.text): \($0.holds ? "holds" : "missed")" }.joined(separator: ", "),
                figure.notes.map { "\($0.name) \(Self.number($0.value))" }.joined(separator: ", "),
            ])
        }
        let settings = report.settings.map { "\($0.name) \($0.value)" }.joined(separator: ", ")
        let checks = report.checks.map { check in
            check.holds ? "\(check.promise): yes" : "\(check.promise): NO, \(check.broken) differ"
        }
        return """
            \(settings)

            \(table.text())
            \(checks.joined(separator: "\n"))

            """
    }

    var json: JSONValue {
        [
            "settings": .object(JSONObject(report.settings.map { ($0.name, .string($0.value)) })),
            "figures": .array(report.figures.map(json)),
            "checks": .array(
                report.checks.map { check in
                    [
                        "promise": .string(check.promise), "broken": JSONValue(check.broken),
                        "holds": .bool(check.holds),
                    ]
                }
            ),
        ]
    }

    private func json(_ figure: SyncFigure) -> JSONValue {
        [
            "measurement": .string(figure.measurement.rawValue),
            "case": .string(figure.name),
            "value": BenchText.known(figure.value),
            "unit": .string(figure.unit),
            "beside": figure.beside.map(BenchText.known) ?? .null,
            "beside_what": figure.besideWhat.map { .string($0) } ?? .null,
            "ratio": figure.ratio.map(BenchText.known) ?? .null,
            "server_cpu_microseconds": figure.serverMicroseconds.map(BenchText.known) ?? .null,
            "beside_server_cpu_microseconds": figure.besideServerMicroseconds.map(BenchText.known) ?? .null,
            "bars": .array(figure.bars.map { ["bar": .string($0.text), "holds": .bool($0.holds)] }),
            "notes": .object(JSONObject(figure.notes.map { ($0.name, BenchText.known($0.value)) })),
        ]
    }

    /// Large figures without decimals, small ones with.
    private static func number(_ value: Double) -> String {
        value.isFinite && abs(value) >= 100 ? "\(Int(value.rounded()))" : BenchText.decimal(value, 2)
    }
}
