import Arguments
import FoundationEssentials
import HTTPServer
import JSON
import PGSyncWorker
import Telemetry
import Testing

@testable import PGSyncCLI

@Suite("WorkerSite")
struct WorkerSiteTests {
    @Test("judges a worker as its health file does, in each state", arguments: WorkerHealth.State.allCases)
    func states(state: WorkerHealth.State) throws {
        let statement = HealthStatement(WorkerHealth(state: state, posters: 2, connectedPosters: 1))
        let file = HealthFile(path: "/tmp/pgsync-health-\(UInt64.random(in: 0 ... .max))")
        defer { file.remove() }
        try file.write(statement)
        let response = WorkerSite.health(statement)
        let json = try JSONValue(parsing: response.text)
        #expect(response.status == (state == .ready ? 200 : 503))
        #expect(response["Content-Type"] == "application/json")
        #expect(json["healthy"] == .bool(state == .ready))
        #expect(json["reason"]?.string == file.complaint())
        #expect(json["health"]?["state"]?.string == state.rawValue)
        #expect(json["health"]?["connected_posters"] == 1)
        // Anybody may ask.
        for key in ["process", "uptime_seconds"] { #expect(json["health"]?[key] == nil, "\(key)") }
    }

    @Test("takes a worker for ill that has said nothing, or nothing for long")
    func silence() throws {
        #expect(WorkerSite.health(nil).status == 503)
        let statement = HealthStatement(WorkerHealth(state: .ready, posters: 1), at: .seconds(100))
        #expect(WorkerSite.health(statement, at: .seconds(115)).status == 200)
        let response = WorkerSite.health(statement, at: .seconds(116))
        #expect(response.status == 503)
        #expect(response.text.contains("has not updated its health for"))
    }

    @Test("shows the process and the release beside what the worker counts")
    func metrics() throws {
        let registry = MetricsRegistry()
        _ = try WorkerMetrics(in: registry)
        let reporter = HealthReporter(
            file: nil,
            supervisor: nil,
            logger: Logger(handler: RecordingLogHandler())
        )
        let site = try MetricsServer(registry, others: WorkerSite.routes(reporter))
        let metrics = try #require(site.routes["/metrics"])
        let response = metrics()
        #expect(response["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8")
        #expect(response.text.contains("pgsync_build_info{version=\"\(Version.number)\"} 1\n"))
        #expect(response.text.contains("\nprocess_resident_memory_bytes "))
        #expect(response.text.contains("\npgsync_worker_batches_total 0\n"))
        // Nobody has looked yet, which is not the same as that nothing waits.
        #expect(!response.text.contains("\npgsync_queue_changes "))
        let health = try #require(site.routes["/healthz"])
        #expect(health().status == 503)
    }

    @Test("shows nothing that the documentation of the worker does not explain")
    func documentation() throws {
        let package = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
        let path = "\(package)/Sources/PGSync.docc/Worker.md"
        let documentation = try String(contentsOfFile: path, encoding: .utf8)
        let registry = MetricsRegistry()
        _ = try WorkerMetrics(in: registry)
        let reporter = HealthReporter(
            file: nil,
            supervisor: nil,
            logger: Logger(handler: RecordingLogHandler())
        )
        _ = try MetricsServer(registry, others: WorkerSite.routes(reporter))
        let names = registry.prometheusText().matches(of: /# TYPE (\w+)/).map { String($0.output.1) }
        #expect(names.count > 15)
        for name in names where !name.hasPrefix("process_") {
            #expect(documentation.contains("`\(name)"), "\(name)")
        }
    }

    @Test(
        "says what to do where nobody can listen",
        arguments: [
            (ListenError.inUse, "another program listens there", "sport = :80"),
            (ListenError.notPermitted, "this user may not", "from 1024 on"),
            (ListenError.notOfThisMachine, "does not have that address", "for 127.0.0.1"),
        ]
    )
    func remedies(error: @Sendable (ListenAddress) -> ListenError, reason: String, remedy: String) throws {
        let address = try #require(ListenAddress("80"))
        let failure = ErrorExplanation.failure(for: error(address))
        #expect(failure.exitCode == .cannotListen)
        #expect(failure.message.contains("cannot listen at 127.0.0.1:80: "))
        for text in [reason, remedy, "--listen or --metrics-listen"] {
            #expect(failure.message.contains(text))
        }
    }
}
