import Concurrency
import PGSyncDemo
import PGSyncOperations
import PGSyncRules
import PGSyncStore
import Postgres
import TestSupport
import Testing

@testable import PGSyncImport

@Suite("Pages that are asked for before their turn", .crm, .timeLimit(.minutes(3)))
struct ReadAheadTests {
    private static let atOnce = ["budget 100000 per second, 5 at once"]

    private func slow() -> MockCRM.Options {
        var options = ImportBench.small()
        options.latency = .milliseconds(50)
        return options
    }

    private func targets(_ bench: ImportBench) -> [String] { bench.crm.calls.map(\.target) }

    @Test(
        "are as many as may be called at once, and each is called once",
        arguments: [ImportBench.Pager.page, .offset]
    )
    func known(_ pager: ImportBench.Pager) async throws {
        try await ImportBench.with(slow(), streams: [ImportBench.merchants(pager)], head: Self.atOnce) {
            (bench) throws in
            #expect(try await bench.run().state == .completed)
            #expect(try await bench.runState().counts["added"] == 95)
            #expect(try await bench.differences() == [])
            #expect(bench.crm.mostAtOnce == 5)
            #expect(Set(targets(bench)).count == bench.crm.calls.count)
            #expect(try await bench.value("select sum(expected) from pgsync.sync_progress") == "95")
        }
    }

    @Test("are none where the API does not say how many there are, but for the next")
    func unknown() async throws {
        var options = slow()
        options.tellsTotal = false
        for pager in [ImportBench.Pager.page, .cursor, .after] {
            try await ImportBench.with(
                options,
                streams: [ImportBench.merchants(pager)],
                head: Self.atOnce
            ) { (bench) throws in
                #expect(try await bench.run().state == .completed)
                #expect(try await bench.differences() == [])
                #expect(bench.crm.mostAtOnce == 1)
                #expect(Set(targets(bench)).count == bench.crm.calls.count)
            }
        }
    }

    @Test("are none where one call may be under way: each waits until the page before is written")
    func one() async throws {
        let written = Locked<[String?]>([])
        try await ImportBench.with { (bench) throws in
            bench.crm.inject(
                .act { _ in
                    let rows = try? await bench.value("select count(*) from crm.merchants")
                    written.withLock { $0.append(rows) }
                },
                times: nil
            )
            try await bench.run()
            #expect(bench.crm.mostAtOnce == 1)
            #expect(written.withLock { $0 } == (0...9).map { "\($0 * 10)" } + ["95"])
        }
    }

    @Test("are asked for again where rows have moved since, so that none is lost")
    func moved() async throws {
        let stream = ImportBench.merchants(.short, ["with 'order' 'desc'"])
        try await ImportBench.with(slow(), streams: [stream], head: Self.atOnce) { (bench) throws in
            // The third page and those behind it are answered, then a row comes before the second.
            bench.crm.inject(
                .act { crm in
                    try? await eventually {
                        crm.calls.count { $0.target.contains("&page=3") || $0.target.contains("&page=4") }
                            == 2
                            && crm.calls.allSatisfy { $0.status == 200 || $0.target.contains("&page=2") }
                    }
                    crm.add(.merchants)
                }
            ) { $0.target.contains("page=2") }
            try await bench.run()
            #expect(bench.crm.count(fault: "act") == 1)
            // It came after its place was read.
            #expect(try await bench.differences() == ["96 missing"])
            #expect(bench.crm.calls.count { $0.target.contains("page=3") } == 2)
        }
    }

    @Test("are of no more use after the run was cancelled")
    func cancelled() async throws {
        try await ImportBench.with(slow(), head: Self.atOnce) { (bench) throws in
            bench.crm.inject(
                .act { _ in
                    _ = try? await bench.database.run(
                        "select pgsync.cancel_job(max(job)) from pgsync.import_jobs"
                    )
                }
            ) { $0.number == 4 }
            #expect(try await bench.run().state == .cancelled)
            #expect(bench.crm.count(fault: "act") == 1)
            #expect(bench.crm.calls.count < 11)
        }
    }

    @Test(
        "are fetched again after a kill, and nothing is lost or doubled",
        arguments: [ImportBench.Pager.page, .offset]
    )
    func killed(_ pager: ImportBench.Pager) async throws {
        var options = ImportBench.small()
        options.merchants = 400
        try await ImportBench.with(options, streams: [ImportBench.merchants(pager)], head: Self.atOnce) {
            (bench) throws in
            bench.crm.inject(.act { _ in try? await bench.killSessions() }, times: nil) {
                $0.number % 17 == 0
            }
            try await bench.request("initial")
            for _ in 0..<100 {
                if (try? await bench.once())??.state == .completed { break }
            }
            let kills = bench.crm.count(fault: "act")
            #expect(kills > 0)
            #expect(try await bench.runState().state == "completed")
            #expect(try await bench.differences() == [])
            #expect(try await bench.runState().counts["added"] == 400)
            let again = bench.crm.calls.count - Set(targets(bench)).count
            // Those that were under way, and those that had come and were to be written together.
            #expect(again <= kills * (5 + 10), "\(again) pages were fetched again after \(kills) kills")
        }
    }

    @Test("wait for a place, in the order in which they were asked for")
    func places() async throws {
        let slots = CallSlots()
        let order = Locked<[Int]>([])
        let latch = Locked<CheckedContinuation<Void, Never>?>(nil)
        await withThrowingTaskGroup(of: Void.self) { group in
            slots.add()
            group.addTask {
                try await slots.hold {
                    await withCheckedContinuation { held in latch.withLock { $0 = held } }
                }
            }
            try? await eventually { latch.withLock { $0 != nil } }
            let cancelled = Task { try await slots.hold { order.withLock { $0.append(0) } } }
            try? await eventually { slots.waiting == 1 }
            for number in 1...3 {
                group.addTask { try await slots.hold { order.withLock { $0.append(number) } } }
                try? await eventually { slots.waiting == number + 1 }
            }
            cancelled.cancel()
            await #expect(throws: CancellationError.self) { try await cancelled.value }
            // A second place that was taken back before it was free helps nobody.
            slots.remove()
            slots.add()
            #expect(order.withLock { $0.isEmpty })
            latch.withLock { $0?.resume() }
        }
        #expect(order.withLock { $0 } == [1, 2, 3])
    }
}
