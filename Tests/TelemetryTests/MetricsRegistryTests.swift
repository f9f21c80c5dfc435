import Concurrency
import Telemetry
import Testing

@Suite("Metrics registry")
struct MetricsRegistryTests {
    private let registry = MetricsRegistry()

    @Test("shows counters, gauges and histograms sorted by name, then by label values")
    func showsAll() throws {
        let seconds = try registry.histogram("post_seconds", help: "Time to post.", buckets: [0.1, 1])
        let posted = try registry.counter("changes_total", help: "Changes.", labels: ["table", "outcome"])
        let workers = try registry.gauge("workers", help: "Workers.")
        for duration: Duration in [.milliseconds(100), .milliseconds(400), .seconds(2)] {
            seconds.observe(duration)
        }
        posted["orders", "posted"].increment(by: 2)
        posted["orders", "failed"].increment()
        posted["items", "posted"].increment(by: 0.5)
        workers.set(3)
        workers.add(-1)
        #expect(
            registry.prometheusText() == """
                # HELP changes_total Changes.
                # TYPE changes_total counter
                changes_total{table="items",outcome="posted"} 0.5
                changes_total{table="orders",outcome="failed"} 1
                changes_total{table="orders",outcome="posted"} 2
                # HELP post_seconds Time to post.
                # TYPE post_seconds histogram
                post_seconds_bucket{le="0.1"} 1
                post_seconds_bucket{le="1"} 2
                post_seconds_bucket{le="+Inf"} 3
                post_seconds_sum 2.5
                post_seconds_count 3
                # HELP workers Workers.
                # TYPE workers gauge
                workers 2

                """
        )
    }

    @Test("shows a metric without labels from the start and one with labels once it is used")
    func showsMetricsFromTheStart() throws {
        _ = try registry.counter("a_total", help: "A.")
        let labeled = try registry.histogram("b_bytes", help: "B.", labels: ["kind"], buckets: [1])
        let empty =
            "# HELP a_total A.\n# TYPE a_total counter\na_total 0\n# HELP b_bytes B.\n# TYPE b_bytes histogram\n"
        #expect(registry.prometheusText() == empty)
        labeled["x"].observe(1)
        #expect(
            registry.prometheusText() == empty + """
                b_bytes_bucket{kind="x",le="1"} 1
                b_bytes_bucket{kind="x",le="+Inf"} 1
                b_bytes_sum{kind="x"} 1
                b_bytes_count{kind="x"} 1

                """
        )
    }

    @Test("escapes help and label values as the format demands")
    func escapes() throws {
        let gauge = try registry.gauge("a", help: "Say \"hi\" \\\nnow.", labels: ["path"])
        gauge["C:\\\"x\"\nü"].set(1)
        #expect(
            registry.prometheusText() == #"""
                # HELP a Say "hi" \\\nnow.
                # TYPE a gauge
                a{path="C:\\\"x\"\nü"} 1

                """#
        )
    }

    @Test(
        "writes every number as the format demands",
        arguments: [
            (0, "0"), (-3, "-3"), (1.25, "1.25"), (1e300, "1e+300"), (.nan, "NaN"), (.infinity, "+Inf"),
            (-.infinity, "-Inf"), (9_007_199_254_740_992, "9007199254740992"),
        ] as [(Double, String)]
    )
    func writesNumbers(value: Double, text: String) throws {
        try registry.gauge("a", help: "A.").set(value)
        #expect(registry.prometheusText().hasSuffix("\na \(text)\n"))
    }

    @Test("asks callback gauges at each rendering, outside its own lock")
    func asksCallbacks() throws {
        let asked = Locked(0.0)
        try registry.gauge("asked", help: "Asked.") { [registry] in
            _ = try? registry.gauge("late", help: "Registered while rendering.")
            return asked.withLock { count in
                count += 1
                return count
            }
        }
        try registry.gauge("depth", help: "Depth.", labels: ["table"]) { [["b"]: 2, ["a"]: 1] }
        #expect(
            registry.prometheusText() == """
                # HELP asked Asked.
                # TYPE asked gauge
                asked 1
                # HELP depth Depth.
                # TYPE depth gauge
                depth{table="a"} 1
                depth{table="b"} 2

                """
        )
        #expect(registry.prometheusText().contains("\nasked 2\n"))
    }

    @Test("refuses a name twice, and names that a histogram derives")
    func refusesNamesTwice() throws {
        _ = try registry.counter("a_total", help: "A.")
        #expect(throws: MetricsError.alreadyRegistered("a_total")) {
            try registry.counter("a_total", help: "A.", labels: ["x"])
        }
        _ = try registry.histogram("b_seconds", help: "B.")
        #expect(throws: MetricsError.alreadyRegistered("b_seconds")) {
            try registry.gauge("b_seconds", help: "B.")
        }
    }

    @Test(
        "refuses buckets that are not ascending and finite",
        arguments: [[], [1, 1], [2, 1], [1, .infinity], [.nan], [0, .nan]] as [[Double]]
    )
    func refusesBadBuckets(buckets: [Double]) {
        #expect(throws: MetricsError.invalidBuckets(metric: "a")) {
            try registry.histogram("a", help: "A.", buckets: buckets)
        }
    }

    @Test("loses no count of many tasks")
    func losesNoCount() async throws {
        let counter = try registry.counter("a_total", help: "A.", labels: ["worker"])
        let histogram = try registry.histogram("b_seconds", help: "B.")
        await withTaskGroup(of: Void.self) { group in
            for worker in 0..<4 {
                group.addTask {
                    for _ in 0..<250 {
                        counter["w\(worker % 2)"].increment()
                        histogram.observe(.milliseconds(2))
                    }
                }
            }
        }
        #expect(counter["w0"].value == 500)
        #expect(counter["w1"].value == 500)
        #expect(registry.prometheusText().contains("\nb_seconds_count 1000\n"))
    }
}
