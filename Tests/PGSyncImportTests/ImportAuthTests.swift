import Files
import PGSyncDemo
import PGSyncDelivery
import PGSyncOperations
import PGSyncStore
import Postgres
import TestSupport
import Testing

@testable import PGSyncImport

@Suite("The secret of an import", .crm, .timeLimit(.minutes(5)))
struct ImportAuthTests {
    private static let head = ["secret env:CRM_API_KEY", "auth header 'Authorization' 'Bearer {secret}'"]

    private static func options() -> MockCRM.Options {
        var options = ImportBench.small()
        options.key = ImportBench.key
        return options
    }

    @Test(
        "is sent as the definition says",
        arguments: ["auth header 'Authorization' 'Bearer {secret}'", "auth parameter 'api_key' '{secret}'"]
    )
    func sent(_ auth: String) async throws {
        for pager in [ImportBench.Pager.next, .link] {
            try await ImportBench.with(
                Self.options(),
                streams: [ImportBench.merchants(pager)],
                head: ["secret env:CRM_API_KEY", auth]
            ) { (bench) throws in
                // A page in the middle fails, so that the place of the next is kept.
                bench.crm.inject(.status(403), times: nil) { $0.number >= 4 }
                #expect(try await bench.run().state == .failed)
                #expect(bench.crm.count(fault: "status 403") >= 1)
                bench.crm.heal()
                let places = try await bench.database.lines(
                    "select concat_ws(' ', job, slice, next_page, pages) from pgsync.import_slices"
                )
                #expect(places.last?.contains("cursor=") == true, "\(places)")
                #expect(try await bench.run("initial").state == .completed)
                #expect(try await bench.differences() == [])
                // Nowhere in the database, though the API repeats it in the addresses of its pages.
                let found = try await bench.database.lines(
                    """
                    select string_agg(own::text, ' ') from pgsync.import_slices as own
                    where own::text like '%\(ImportBench.key)%'
                    union all
                    select string_agg(own::text, ' ') from pgsync.endpoints as own where own::text like '%\(ImportBench.key)%'
                    union all
                    select string_agg(own::text, ' ') from pgsync.sync_jobs as own where own::text like '%\(ImportBench.key)%'
                    """
                )
                #expect(Set(found) == ["null"])
            }
        }
    }

    @Test("that is refused in the middle pauses the endpoint until a person has acted")
    func refused() async throws {
        try await ImportBench.with(Self.options(), head: Self.head) { (bench) throws in
            bench.crm.inject(.status(401), times: nil) { $0.number >= 4 }
            let job = try await bench.request("initial")
            #expect(try await bench.once()?.state == .waiting)
            #expect(bench.crm.count(401) == 1)
            #expect(try await bench.runState().errorClass == "call.auth")
            #expect(
                try await bench.value("select state || ': ' || pause_reason from pgsync.endpoint_states")
                    == "paused: the secret was refused: the API answered with status 401"
            )
            #expect(try await bench.value("select count(*) from pgsync.runnable_jobs('{import}')") == "0")
            // Nobody is blamed for it, and no item failed.
            #expect(try await bench.failedItems() == [])
            _ = try await bench.once()
            #expect(bench.crm.count(401) == 1)
            bench.crm.heal()
            try await bench.database.run("select pgsync.resume_endpoint('crm')")
            try await eventually {
                try await bench.value("select job from pgsync.runnable_jobs('{import}')") == "\(job)"
            }
            #expect(try await bench.finish().state == .completed)
            #expect(try await bench.differences() == [])
        }
    }

    @Test("that came with a request is known to its process alone")
    func given() async throws {
        try await ImportBench.with(Self.options(), head: Self.head) { (bench) throws in
            var bench = bench
            bench.site = DeliverySite(variables: [:], addresses: "127.0.0.1")
            let job = try await bench.request("initial") { $0.holdsKey = true }
            #expect(try await bench.once()?.state == .waiting)
            #expect(try await bench.runState().errorClass == "auth.key_gone")
            #expect(bench.crm.calls.isEmpty)
            bench.keys.put(ImportBench.key, for: job)
            #expect(try await bench.once()?.state == .completed)
            #expect(try await bench.differences() == [])
        }
    }

    @Test("that is not set where pgsync runs fails the job, and says which")
    func notSet() async throws {
        try await ImportBench.with(Self.options(), head: Self.head) { (bench) throws in
            var bench = bench
            bench.site = DeliverySite(variables: [:], addresses: "127.0.0.1")
            #expect(try await bench.run().state == .failed)
            let run = try await bench.runState()
            #expect(run.errorClass == "call.auth" && run.errorMessage?.contains("env:CRM_API_KEY") == true)
            #expect(bench.crm.calls.isEmpty)
        }
    }

    // MARK: Tokens

    private func withTokens(
        _ head: [String] = [],
        _ change: (inout MockCRM.Options) -> Void = { _ in },
        _ body: (ImportBench, _ file: String) async throws -> Void
    ) async throws {
        var options = ImportBench.small()
        options.client = ("us", "our-secret")
        change(&options)
        let directory = "\(ScratchSpace.directory)/tokens-\(UInt64.random(in: 0 ... .max))"
        try Directory.create(directory)
        defer { Directory.remove(directory) }
        let path = "\(directory)/refresh"
        try write("refresh-0\n", to: path)
        try await ImportBench.with(
            options,
            streams: [ImportBench.merchants(.cursor, ImportBench.changed)],
            head: [
                "auth oauth '/oauth/token' client env:CRM_CLIENT_ID secret env:CRM_CLIENT_SECRET refresh file:\(path)"
            ] + head,
            variables: ["CRM_CLIENT_ID": "us", "CRM_CLIENT_SECRET": "our-secret"],
            secrets: directory
        ) { bench in try await body(bench, path) }
    }

    private func write(_ text: String, to path: String) throws {
        let file = try ReplacementFile(path, mode: 0o600)
        try file.write(text)
        try file.finish()
    }

    private func read(_ path: String) throws -> String {
        String(decoding: try OpenFile.bytes(of: path, limit: 1_000), as: UTF8.self)
    }

    @Test("of OAuth is a token, got anew when it is refused, and the new refresh token is written")
    func tokens() async throws {
        try await withTokens { (bench, path) throws in
            bench.crm.inject(.act { $0.expireTokens() }) { $0.number == 5 }
            #expect(try await bench.run().state == .completed)
            #expect(bench.crm.count(fault: "act") == 1 && bench.crm.count(401) == 1)
            #expect(bench.crm.calls.count(where: \.isToken) == 2)
            #expect(try read(path) == "refresh-2")
            #expect(try await bench.differences() == [])
        }
    }

    @Test("of OAuth is got once by all sessions that need it")
    func singleFlight() async throws {
        try await withTokens(["budget 100000 per second, 4 at once"]) {
            ($0.merchants, $0.latency) = (400, .milliseconds(20))
        } _: { (bench, path) throws in
            bench.crm.inject(.act { $0.expireTokens() }) { $0.number == 20 }
            #expect(try await bench.run().state == .completed)
            #expect(bench.crm.count(fault: "act") == 1 && bench.crm.count(401) >= 2)
            #expect(bench.crm.mostAtOnce > 1)
            #expect(bench.crm.calls.count(where: \.isToken) == 2)
            #expect(try read(path) == "refresh-2")
            #expect(try await bench.differences() == [])
        }
    }

    @Test("of OAuth stays where the API gives no other", arguments: [true, false])
    func kept(rotates: Bool) async throws {
        try await withTokens([]) {
            $0.rotates = rotates
        } _: { (bench, path) throws in
            #expect(try await bench.run().state == .completed)
            #expect(try read(path) == (rotates ? "refresh-1" : "refresh-0\n"))
            #expect(bench.crm.calls.count(where: \.isToken) == 1)
        }
    }

    @Test(
        "of OAuth that cannot be asked for is asked for again, and nobody is paused for it",
        arguments: [
            MockFault.status(503), .status(429, headers: [("Retry-After", "1")]), .cut, .drip, .status(500),
        ]
    )
    func tokenCallFails(_ fault: MockFault) async throws {
        try await withTokens(["retries 2 backoff 5 ms timeout 300 ms"]) { (bench, path) throws in
            var bench = bench
            bench.longestWait = .seconds(2)
            bench.crm.inject(fault) { $0.isToken }
            #expect(try await bench.run().state == .completed)
            #expect(bench.crm.count(fault: fault.name) == 1)
            // Of an answer that was cut nobody knows whether the token before is good still; this API lets it be.
            #expect(bench.crm.calls.count(where: \.isToken) == 2)
            #expect(try await bench.value("select paused_at is null from pgsync.endpoints") == "t")
            #expect(try await bench.differences() == [])
        }
    }

    @Test("of OAuth that was given and could not be written is asked for again with the one before")
    func notWritten() async throws {
        try await withTokens { (bench, path) throws in
            try await bench.request("initial")
            // Between the answer and the file, the file turns into something that cannot be replaced.
            bench.crm.inject(.act { _ in Directory.block(path) }) { $0.isToken }
            let report = try await bench.once()
            #expect(report?.state == .failed)
            #expect(bench.crm.count(fault: "act") == 1)
            #expect(try await bench.runState().errorClass == "call.auth")
            #expect(bench.crm.calls.count == 1)
            Directory.unblock(path)
            #expect(try read(path) == "refresh-0\n")
            #expect(try await bench.run("initial").state == .completed)
            #expect(try await bench.differences() == [])
        }
    }

    @Test("of OAuth that is refused pauses the endpoint")
    func refreshRefused() async throws {
        try await withTokens { (bench, path) throws in
            try write("stolen", to: path)
            try await bench.request("initial")
            #expect(try await bench.once()?.state == .waiting)
            #expect(bench.crm.calls.count(where: \.isToken) == 1 && bench.crm.count(400) == 1)
            #expect(try await bench.value("select paused_at is not null from pgsync.endpoints") == "t")
            try write("refresh-0", to: path)
            try await bench.database.run("select pgsync.resume_endpoint('crm')")
            #expect(try await bench.finish().state == .completed)
        }
    }
}
