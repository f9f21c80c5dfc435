import Concurrency
import PGSyncDemo
import PGSyncOperations
import PGSyncStore
import PGSyncRules
import Postgres
import TestSupport
import Testing

@testable import PGSyncImport

@Suite("A run of an import from an API that fails", .crm, .timeLimit(.minutes(5)))
struct ImportFaultTests {
    private static let streams = [ImportBench.merchants(.cursor, ImportBench.changed)]

    @Test("tries again what may work later, and brings all rows")
    func passing() async throws {
        for fault in [
            MockFault.status(500), .status(502), .status(503), .status(408), .status(425), .cut,
            .status(429, headers: [("Retry-After", "1")]), .status(503, headers: [("Retry-After", "0")]),
            .repeated, .circular, .late(.milliseconds(50)),
        ] {
            try await passing(fault)
        }
    }

    private func passing(_ fault: MockFault) async throws {
        try await ImportBench.with(streams: Self.streams, head: ["budget 1000 per second"]) {
            (bench) throws in
            bench.crm.inject(fault, times: 2) { $0.number == 3 || $0.number == 8 }
            let report = try await bench.run()
            #expect(report.state == .completed, "\(fault): \(report)")
            #expect(bench.crm.count(fault: fault.name) == 2, "\(fault)")
            #expect(try await bench.differences() == [], "\(fault)")
            #expect(try await bench.runState().counts["added"] == 95)
        }
    }

    @Test("gives up a body that drips, and tries again")
    func drip() async throws {
        try await ImportBench.with(
            streams: Self.streams,
            head: ["retries 2 backoff 5 ms timeout 200 ms"]
        ) { (bench) throws in
            bench.crm.inject(.drip)
            #expect(try await bench.run().state == .completed)
            #expect(bench.crm.count(fault: "drip") == 1)
            #expect(try await bench.differences() == [])
        }
    }

    @Test("fails at once at what is not safe, and what was read stays")
    func refused() async throws {
        for (fault, errorClass) in [
            (MockFault.huge, "call.refused"), (.bomb, "call.refused"),
            (.redirect("http://169.254.169.254/latest/meta-data"), "call.refused"),
            (.redirect("https://elsewhere.example/x"), "call.refused"), (.status(403), "call.config"),
            (.status(400), "call.config"), (.status(422), "call.config"),
            (.rewritten { _ in "<html>" }, "call.shape"), (.rewritten { _ in #"{"data":{}}"# }, "call.shape"),
            (.rewritten { _ in "[]" }, "call.shape"),
        ] {
            try await refused(fault, errorClass: errorClass)
        }
    }

    private func refused(_ fault: MockFault, errorClass: String) async throws {
        try await ImportBench.with(streams: Self.streams) { (bench) throws in
            // Where the place of a page is refused, a walk begins anew; so all calls from here on are.
            bench.crm.inject(fault, times: nil) { $0.number >= 4 }
            let report = try await bench.run()
            #expect(report.state == .failed, "\(fault): \(report)")
            #expect(bench.crm.count(fault: fault.name) >= 1)
            let run = try await bench.runState()
            #expect(run.errorClass == errorClass, "\(run.errorMessage ?? "")")
            #expect(try await bench.value("select count(*) > 0 from crm.merchants") == "t")
            bench.crm.heal()
            // And what was not goes on from there.
            #expect(try await bench.run("initial").state == .completed)
            #expect(try await bench.differences() == [])
        }
    }

    @Test("does not go to an address that is not public, though the import lists it")
    func metadata() async throws {
        try await ImportBench.with(
            streams: Self.streams,
            head: ["hosts '127.0.0.1', '169.254.169.254'"]
        ) { (bench) throws in
            bench.crm.inject(.redirect("http://169.254.169.254/latest/meta-data"))
            #expect(try await bench.run().state == .failed)
            #expect(bench.crm.count(fault: "status 302") == 1)
            let run = try await bench.runState()
            #expect(run.errorClass == "call.refused")
            #expect(run.errorMessage?.contains("169.254.169.254") == true)
        }
    }

    @Test("follows a redirect within its hosts")
    func redirect() async throws {
        try await ImportBench.with(streams: Self.streams) { (bench) throws in
            bench.crm.inject(.redirect("/api/v1/cursor/merchants?limit=200"))
            #expect(try await bench.run().state == .completed)
            #expect(bench.crm.count(302) == 1)
            #expect(try await bench.value("select count(*) from crm.merchants") == "95")
        }
    }

    @Test("stops where a cursor goes in a circle for ever")
    func circle() async throws {
        try await ImportBench.with(streams: [ImportBench.merchants(.cursor)]) { (bench) throws in
            bench.crm.inject(.circular, times: nil) { $0.number >= 3 }
            #expect(try await bench.run().state == .failed)
            #expect(try await bench.runState().errorClass == "call.loop")
            #expect((4...8).contains(bench.crm.calls.count), "\(bench.crm.calls.count)")
        }
    }

    @Test("goes over an empty page in the middle where the API says how many rows there are")
    func emptyPage() async throws {
        try await ImportBench.with { (bench) throws in
            bench.crm.inject(.empty) { $0.target.contains("page=4") }
            #expect(try await bench.run().state == .completed)
            #expect(bench.crm.count(fault: "empty") == 1)
            // Its rows are those that the API did not give; the others are there.
            #expect(
                try await bench.value(
                    "select string_agg(id::text, ',' order by id) from crm.merchants where id between 29 and 42"
                ) == "29,30,41,42"
            )
            #expect(try await bench.value("select count(*) from crm.merchants") == "85")
        }
    }

    @Test("loses no row when others come before it while it walks")
    func inserted() async throws {
        for pager in [ImportBench.Pager.page, .offset, .offsetEmpty, .cursor, .after] {
            try await inserted(pager)
        }
    }

    private func inserted(_ pager: ImportBench.Pager) async throws {
        let stream = ImportBench.merchants(pager, ["with 'order' 'desc'"])
        try await ImportBench.with(streams: [stream]) { (bench) throws in
            bench.crm.inject(.act { crm in for _ in 1...3 { crm.add(.merchants) } }, times: 3) {
                $0.number % 2 == 0
            }
            let report = try await bench.run()
            #expect(report.state == .completed, "\(report)")
            #expect(bench.crm.count(fault: "act") == 3)
            // What came at the front of the list is for the next run.
            #expect(
                try await bench.differences().filter {
                    !$0.hasSuffix("missing") || (Int($0.prefix { $0 != " " }) ?? 0) <= 95
                } == []
            )
        }
    }

    @Test("loses no row when others before it go while it walks")
    func removed() async throws {
        for pager in [ImportBench.Pager.page, .offset, .offsetEmpty, .cursor, .after] {
            try await removed(pager)
        }
    }

    private func removed(_ pager: ImportBench.Pager) async throws {
        try await ImportBench.with(streams: [ImportBench.merchants(pager)]) { (bench) throws in
            bench.crm.inject(.act { crm in for id in 1...3 { crm.delete(.merchants, id) } }) {
                $0.number == 5
            }
            #expect(try await bench.run().state == .completed)
            #expect(bench.crm.count(fault: "act") == 1)
            #expect(try await bench.differences() == ["1 too much", "2 too much", "3 too much"])
        }
    }

    @Test("brings what is edited while it runs, then or the next time")
    func edited() async throws {
        try await ImportBench.with(streams: Self.streams) { (bench) throws in
            bench.crm.inject(
                .act { crm in
                    crm.edit(.merchants, 3)
                    crm.edit(.merchants, 90)
                }
            ) { $0.number == 10 }
            #expect(try await bench.run().state == .completed)
            #expect(bench.crm.count(fault: "act") == 1)
            #expect(try await bench.run("daily").state == .completed)
            #expect(try await bench.differences() == [])
        }
    }

    @Test("is not stopped by faults at random", arguments: 1...4)
    func chaos(seed: Int) async throws {
        try await ImportBench.with(
            streams: Self.streams,
            head: [
                "retries 2 backoff 5 ms timeout 300 ms", "breaker 20 failures, 50 ms",
                "budget 1000 per second",
            ]
        ) { (bench) throws in
            bench.crm.inject(.status(503), share: 0.1, seed: seed)
            bench.crm.inject(.cut, share: 0.1, seed: seed + 10)
            bench.crm.inject(.repeated, share: 0.05, seed: seed + 20)
            bench.crm.inject(.late(.milliseconds(400)), share: 0.02, seed: seed + 30)
            #expect(try await bench.run().state == .completed)
            #expect(bench.crm.calls.contains { $0.fault != nil })
            #expect(try await bench.differences() == [])
        }
    }
}
