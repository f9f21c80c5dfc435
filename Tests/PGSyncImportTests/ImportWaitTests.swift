import Concurrency
import PGSyncDemo
import PGSyncOperations
import PGSyncStore
import PGSyncRules
import Postgres
import TestSupport
import Testing

@testable import PGSyncImport

@Suite("A run of an import that has to wait", .crm, .timeLimit(.minutes(5)))
struct ImportWaitTests {
    private static let streams = [ImportBench.merchants(.cursor, ImportBench.changed)]

    @Test("leaves its session for a long wait, and is not taken before", arguments: ["86400", "600"])
    func longWait(_ seconds: String) async throws {
        try await ImportBench.with(streams: Self.streams) { (bench) throws in
            bench.crm.inject(.limited(seconds)) { $0.number == 2 }
            let job = try await bench.request("initial")
            let report = try await bench.once()
            #expect(report?.state == .waiting)
            #expect(bench.crm.count(429) == 1)
            let run = try await bench.runState()
            #expect(run.state == "waiting" && run.errorClass == "call.wait")
            #expect(
                try await bench.value(
                    "select waits_until - clock_timestamp() between interval '\(seconds) s' - interval '1 min' and interval '\(seconds) s' from pgsync.sync_jobs"
                ) == "t"
            )
            // Nobody takes it, until a person resumes the endpoint or the time has come.
            #expect(try await bench.value("select count(*) from pgsync.runnable_jobs('{import}')") == "0")
            let calls = bench.crm.calls.count
            _ = try await bench.once()
            #expect(bench.crm.calls.count == calls)
            #expect(try await bench.value("select pgsync.resume_endpoint('crm')") == "t")
            try await eventually {
                try await bench.value("select job from pgsync.runnable_jobs('{import}')") == "\(job)"
            }
            #expect(try await bench.finish().state == .completed)
            #expect(try await bench.differences() == [])
        }
    }

    @Test("waits as long as it is told, and at least as long as its own count may need")
    func retryAfter() async throws {
        for (told, seconds) in [
            ("2", 2), ("0", 1), ("-5", 1), ("soon", 1), ("later", 1), (nil, 1), ("date", 10), ("past", 1),
        ] as [(String?, Int)] {
            try await retryAfter(told: told, seconds: seconds)
        }
    }

    private func retryAfter(told: String?, seconds: Int) async throws {
        try await ImportBench.with(streams: Self.streams, head: ["budget 1000 per second"]) {
            (bench) throws in
            // Dates count from the date of the answer, whose clock is wrong.
            bench.crm.setClock(.seconds(-7_200))
            let text =
                switch told {
                case "date": bench.crm.date(in: .seconds(10))
                case "past": bench.crm.date(in: .seconds(-60))
                default: told
                }
            bench.crm.inject(.limited(text)) { $0.number == 2 }
            try await bench.request("initial")
            var patient = bench
            patient.longestWait = .zero
            #expect(try await patient.once()?.state == .waiting)
            #expect(bench.crm.count(429) == 1)
            let wait = try #require(
                Double(
                    try await bench.value(
                        "select extract(epoch from limited_until - last_error_at) from pgsync.endpoints"
                    ) ?? ""
                )
            )
            // A date has no fractions.
            #expect((told == "date" ? 8...10 : Double(seconds)...Double(seconds)).contains(wait), "\(wait)")
        }
    }

    @Test(
        "knows the clock of the API, and misses nothing where that is ten minutes off",
        arguments: [-600, 600]
    )
    func clock(skew: Int) async throws {
        let streams = [
            ImportBench.merchants(
                .cursor,
                [
                    "changed updated_at since 'updated_since' before 'updated_before'",
                    "history from '2024-04-01' by month",
                ]
            )
        ]
        try await ImportBench.with(streams: streams) { (bench) throws in
            bench.crm.setClock(.seconds(skew))
            #expect(try await bench.run().state == .completed)
            #expect(
                try await bench.value(
                    "select extract(epoch from clock_skew) between \(skew) - 3 and \(skew) + 3 from pgsync.endpoints"
                ) == "t"
            )
            // Changed after the run, by a clock that shows an earlier time than ours did then.
            bench.crm.edit(.merchants, 7)
            bench.crm.add(.merchants)
            // Headers tell the time to the second, so that a run may end a second before now.
            try await eventually {
                #expect(try await bench.run("daily").state == .completed)
                return try await bench.differences() == []
            }
        }
    }

    @Test("cannot find its host, waits, and is left to later")
    func dnsGone() async throws {
        try await ImportBench.with(
            streams: Self.streams,
            head: ["base 'http://nowhere.invalid/api'", "retries 1 backoff 1 ms timeout 3 s"]
        ) { (bench) throws in
            try await bench.request("initial")
            #expect(try await bench.once()?.state == .waiting)
            #expect(
                try await bench.value(
                    "select last_error_class || ' ' || failures_in_a_row from pgsync.endpoints"
                )
                    == "call.transient 2"
            )
            #expect(bench.crm.calls.isEmpty)
        }
    }

    @Test("that is dead calls it seldom, and goes on soon after it is back")
    func dead() async throws {
        try await ImportBench.with(streams: Self.streams) { (bench) throws in
            bench.crm.inject(.status(500), times: nil) { _ in true }
            try await bench.request("initial")
            async let report = bench.finish()
            // Two calls and a wait for the breaker, then a probe each 300 ms.
            try await eventually { bench.crm.count(500) >= 9 }
            let calls = bench.crm.calls
            let probes = calls.dropFirst(5)
            for (earlier, later) in zip(probes, probes.dropFirst()) {
                #expect(later.at - earlier.at >= .milliseconds(290))
            }
            #expect(try await bench.value("select breaker_state <> 'closed' from pgsync.endpoints") == "t")
            bench.crm.heal()
            #expect(try await report.state == .completed)
            #expect(try await bench.differences() == [])
            #expect(
                try await bench.value(
                    "select breaker_state || ' ' || failures_in_a_row from pgsync.endpoints"
                ) == "closed 0"
            )
        }
    }

    @Test("closes the breaker by its probe, though another process has just opened it")
    func probe() async throws {
        try await ImportBench.with(streams: [ImportBench.merchants(.cursor)]) { (bench) throws in
            bench.crm.inject(
                .act { _ in
                    _ = try? await bench.database.run(
                        "select pgsync.note_call('crm', 'transient', failures => 1, reset_after => '50 ms')"
                    )
                }
            ) { $0.number == 3 }
            #expect(try await bench.run().state == .completed)
            #expect(bench.crm.count(fault: "act") == 1)
            #expect(try await bench.value("select breaker_state from pgsync.endpoints") == "closed")
        }
    }
}
