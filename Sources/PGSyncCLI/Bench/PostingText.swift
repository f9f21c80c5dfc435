import Arguments
import JSON
import PGSyncBench

/// The report of the benchmark of posting, as text and as JSON.
struct PostingText {
    private let report: PostingReport

    init(_ report: PostingReport) {
        self.report = report
    }

    var text: String {
        var table = TextTable([
            .init("measurement"), .init("case"), .init("figure", .right), .init("unit"),
            .init("beside", .right),
            .init("what"), .init("ratio", .right), .init("CPU µs/change", .right), .init("beside", .right),
            .init("ratio", .right), .init("bar"), .init("also"),
        ])
        for figure in report.figures {
            table.add([
                figure.measurement.rawValue, figure.name, BenchText.number(figure.value), figure.unit,
                figure.limit.map(BenchText.number) ?? "", figure.limitName ?? "",
                figure.ratio.map { BenchText.decimal($0, 2) } ?? "",
                figure.processors.map { BenchText.number($0.value) } ?? "",
                figure.processors?.limit.map(BenchText.number) ?? "",
                figure.processors?.ratio.map { BenchText.decimal($0, 2) } ?? "",
                figure.bar.map { "\($0.text): \($0.holds ? "holds" : "missed")" } ?? "",
                figure.notes.map { "\($0.name) \(BenchText.number($0.value))" }.joined(separator: ", "),
            ])
        }
        return BenchText.report(report.settings, table, report.checks, "times")
    }

    var json: JSONValue {
        BenchText.report(report.settings, .array(report.figures.map(json)), report.checks)
    }

    private func json(_ figure: PostingFigure) -> JSONValue {
        [
            "measurement": .string(figure.measurement.rawValue),
            "case": .string(figure.name),
            "value": JSONValue(figure.value),
            "unit": .string(figure.unit),
            "beside": figure.limit.map { JSONValue($0) } ?? .null,
            "beside_what": figure.limitName.map { .string($0) } ?? .null,
            "ratio": figure.ratio.map { JSONValue($0) } ?? .null,
            "server_cpu_microseconds_per_change": figure.processors.map { JSONValue($0.value) } ?? .null,
            "beside_server_cpu_microseconds_per_change": figure.processors?.limit.map { JSONValue($0) }
                ?? .null,
            "server_cpu_ratio": figure.processors?.ratio.map { JSONValue($0) } ?? .null,
            "bar": figure.bar.map { .string($0.text) } ?? .null,
            "bar_holds": figure.bar.map { .bool($0.holds) } ?? .null,
            "notes": .object(JSONObject(figure.notes.map { ($0.name, JSONValue($0.value)) })),
        ]
    }
}
