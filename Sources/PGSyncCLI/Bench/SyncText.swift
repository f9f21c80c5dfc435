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
                figure.measurement.rawValue, figure.name, BenchText.number(figure.value), figure.unit,
                figure.beside.map(BenchText.number) ?? "", figure.besideWhat ?? "",
                figure.ratio.map { BenchText.decimal($0, 2) } ?? "",
                figure.serverMicroseconds.map(BenchText.number) ?? "",
                figure.besideServerMicroseconds.map(BenchText.number) ?? "",
                figure.bars.map { "\($0.text): \($0.holds ? "holds" : "missed")" }.joined(separator: ", "),
                figure.notes.map { "\($0.name) \(BenchText.number($0.value))" }.joined(separator: ", "),
            ])
        }
        return BenchText.report(report.settings, table, report.checks, "differ")
    }

    var json: JSONValue {
        BenchText.report(report.settings, .array(report.figures.map(json)), report.checks)
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
}
