import Testing

@testable import Telemetry

@Suite("Metric descriptor")
struct MetricDescriptorTests {
    @Test(
        "accepts names that follow the rules",
        arguments: [
            ("changes_total", .counter), ("post_seconds_total", .counter), ("_x_total", .counter),
            ("queue_depth", .gauge), ("Depth9", .gauge), ("lag_seconds", .gauge),
            ("start_time_seconds", .gauge),
            ("batch_bytes", .histogram), ("batch_changes", .histogram), ("seconds", .gauge),
        ] as [(String, MetricDescriptor.Kind)]
    )
    func acceptsGoodNames(name: String, kind: MetricDescriptor.Kind) throws {
        #expect(try MetricDescriptor(name: name, help: "Help.", kind: kind, labels: []).name == name)
    }

    @Test(
        "refuses names outside the grammar",
        arguments: ["", "9_lives", "a-b", "a b", "a:b", "größe", "a\n", "a.b"]
    )
    func refusesBadGrammar(name: String) {
        #expect(throws: MetricsError.self) {
            try MetricDescriptor(name: name, help: "Help.", kind: .gauge, labels: [])
        }
    }

    @Test(
        "refuses names that break a naming rule and says which",
        arguments: [
            ("changes", .counter, "must end with _total"),
            ("changes_total", .gauge, "must not end with _total, as counters do"),
            ("changes_total", .histogram, "must not end with _total, as counters do"),
            ("changes_count", .gauge, "must not end with _count, which a histogram derives"),
            ("lag_ms", .gauge, "must use the base unit seconds instead of ms"),
            ("wait_milliseconds_total", .counter, "must use the base unit seconds instead of milliseconds"),
            ("size_kb", .gauge, "must use the base unit bytes instead of kb"),
            ("lag_seconds_max", .gauge, "must have its unit seconds at the end"),
            ("sent_bytes_all_total", .counter, "must have its unit bytes at the end, before _total"),
        ] as [(String, MetricDescriptor.Kind, String)]
    )
    func refusesBadNames(name: String, kind: MetricDescriptor.Kind, reason: String) {
        #expect(throws: MetricsError.invalidName(name, reason: reason)) {
            try MetricDescriptor(name: name, help: "Help.", kind: kind, labels: [])
        }
    }

    @Test("refuses labels outside the grammar, reserved ones and repeated ones")
    func refusesBadLabels() {
        for labels in [["a-b"], [""], ["1a"], ["__name"], ["le"], ["quantile"], ["a:b"], ["a", "a"]] {
            #expect(throws: MetricsError.self) {
                try MetricDescriptor(name: "depth", help: "Help.", kind: .gauge, labels: labels)
            }
        }
        #expect(throws: Never.self) {
            try MetricDescriptor(name: "depth", help: "Help.", kind: .gauge, labels: ["a", "_b", "C3"])
        }
    }

    @Test("refuses a metric without help")
    func refusesMissingHelp() {
        #expect(throws: MetricsError.helpIsMissing(metric: "depth")) {
            try MetricDescriptor(name: "depth", help: " \n", kind: .gauge, labels: [])
        }
    }
}
