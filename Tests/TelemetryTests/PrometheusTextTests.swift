import Glibc
import Telemetry
import Testing

@Suite("Prometheus text")
struct PrometheusTextTests {
    private static let promtool = ["/usr/bin/promtool", "/usr/local/bin/promtool"]
        .first { (path: String) in unsafe access(path, X_OK) == 0 }

    @Test("names the version of its format in the media type")
    func namesItsVersion() {
        #expect(PrometheusText.contentType == "text/plain; version=0.0.4; charset=utf-8")
    }

    @Test(
        "passes promtool",
        .enabled(if: promtool != nil, "promtool is missing: apt-get install prometheus"),
        .timeLimit(.minutes(10))
    )
    func passesPromtool() throws {
        let registry = MetricsRegistry()
        let changes = try registry.counter("changes_total", help: "Say \"hi\" \\\n.", labels: ["table"])
        changes["a\"\\\n"].increment()
        try registry.gauge("lag_seconds", help: "Lag.").set(.milliseconds(20))
        try registry.histogram("post_seconds", help: "Time.").observe(.seconds(3))
        try registry.gauge("depth", help: "Depth.") { .nan }
        let promtool = try #require(Self.promtool)
        // Its verdict stands on standard error.
        #expect(Self.exitStatus(of: "\(promtool) check metrics", reading: registry.prometheusText()) == 0)
        let quietly = "\(promtool) check metrics 2>/dev/null"
        #expect(Self.exitStatus(of: quietly, reading: "1a 1\n") != 0)
    }

    private static func exitStatus(of command: String, reading text: String) -> Int32? {
        guard let process = unsafe popen(command, "we") else { return nil }
        unsafe fwrite(text, 1, text.utf8.count, process)
        return unsafe pclose(process)
    }
}
