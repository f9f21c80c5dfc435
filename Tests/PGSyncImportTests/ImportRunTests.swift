import PGSyncDemo
import PGSyncOperations
import PGSyncStore
import Postgres
import Services
import TestSupport
import Testing

@testable import PGSyncImport

@Suite("A run of an import", .crm, .timeLimit(.minutes(5)))
struct ImportRunTests {
    @Test("brings all rows by every kind of pages, in spans or in one", arguments: [true, false])
    func pagers(inSpans: Bool) async throws {
        for pager in ImportBench.Pager.allCases { try await pagers(pager, inSpans: inSpans) }
    }

    private func pagers(_ pager: ImportBench.Pager, inSpans: Bool) async throws {
        var options = ImportBench.small()
        options.tellsTotal = pager != .short
        let lines = inSpans ? ImportBench.changed : []
        try await ImportBench.with(options, streams: [ImportBench.merchants(pager, lines)]) {
            (bench) throws in
            let report = try await bench.run()
            #expect(report.state == .completed, "\(pager): \(report)")
            #expect(try await bench.differences() == [], "\(pager)")
            let run = try await bench.runState()
            #expect(run.counts["added"] == 95 && run.counts["failed"] == 0)
            #expect(run.streams.map(\.state) == ["finished"] && run.streams.map(\.done) == [95])
            // Nothing is new after that: one call for what is younger, or a walk where nothing tells what is new.
            let calls = bench.crm.calls.count
            #expect(try await bench.run("initial").state == .completed)
            if inSpans { #expect(bench.crm.calls.count <= calls + 2) }
            #expect(try await bench.runState().counts["added"] == 0)
        }
    }

    @Test("of a day brings what was changed and what is new, and reads the end of what it knew once more")
    func daily() async throws {
        try await ImportBench.with(streams: [ImportBench.merchants(.page, ImportBench.changed)]) {
            (bench) throws in
            try await bench.run()
            bench.crm.edit(.merchants, 7)
            bench.crm.add(.merchants)
            #expect(try await bench.run("daily").state == .completed)
            #expect(try await bench.differences() == [])
            let run = try await bench.runState()
            #expect(run.counts["added"] == 1 && run.counts["updated"] == 1)
            // What comes late, with a time within the lookback, is found, too.
            try await bench.database.run("delete from crm.merchants where id = 7")
            #expect(try await bench.run("daily").state == .completed)
            #expect(try await bench.differences() == [])
            #expect(try await bench.runState().counts["added"] == 1)
            #expect(
                try await bench.value(
                    "select count(*) from (select unnest(finished) from pgsync.cursors) as part"
                ) == "1"
            )
        }
    }

    @Test("of a span that was asked for leaves what is finished as it was, unless it is to count")
    func manual() async throws {
        try await ImportBench.with(streams: [ImportBench.merchants(.page, ImportBench.changed)]) {
            (bench) throws in
            let since = "2024-06-01T00:00:00Z"
            let until = "2024-09-01T00:00:00Z"
            func span(_ request: inout ImportStore.Request) {
                request.since = Timestamp(microsecondsSinceEpoch: 1_717_200_000_000_000)
                request.until = Timestamp(microsecondsSinceEpoch: 1_725_148_800_000_000)
            }
            #expect(try await bench.run("manual") { span(&$0) }.state == .completed)
            #expect(
                try await bench.value(
                    "select count(*) = min(updated_at)::date - min(updated_at)::date + count(*) and bool_and(updated_at >= '\(since)' and updated_at < '\(until)') from crm.merchants"
                ) == "t"
            )
            #expect(try await bench.value("select count(*) from pgsync.cursors") == "0")
            let report = try await bench.run("manual") {
                span(&$0)
                $0.marks = true
            }
            #expect(report.state == .completed)
            #expect(
                try await bench.value(
                    "select finished = tstzmultirange(tstzrange('\(since)', '\(until)')) from pgsync.cursors"
                ) == "t"
            )
            #expect(try await bench.run("initial").state == .completed)
            #expect(try await bench.differences() == [])
        }
    }

    @Test("on trial reads a few pages and writes nothing")
    func dry() async throws {
        try await ImportBench.with { (bench) throws in
            let report = try await bench.run("initial") { $0.isDry = true }
            #expect(report.state == .completed)
            #expect(bench.crm.calls.count == 3)
            #expect(try await bench.value("select count(*) from crm.merchants") == "0")
            #expect(
                try await bench.runState().streams.first?.message
                    == "read 30 rows of the newest pages"
            )
        }
    }

    @Test("reads each stream after those it needs, keys of two columns among them")
    func streams() async throws {
        var options = MockCRM.Options()
        (options.merchants, options.transactions, options.residuals) = (40, 300, 120)
        try await ImportBench.with(
            options,
            streams: [
                ImportBench.residuals(.next, ImportBench.changed),
                ImportBench.transactions(.cursor, ImportBench.changed),
                ImportBench.merchants(.link, ImportBench.changed),
            ]
        ) { (bench) throws in
            #expect(try await bench.run().state == .completed)
            for entity in MockEntity.allCases { #expect(try await bench.differences(entity) == []) }
            let first = bench.crm.calls.firstIndex { !$0.lists(.merchants) }
            let last = bench.crm.calls.lastIndex { $0.lists(.merchants) }
            #expect(try #require(last) < #require(first))
        }
    }

    @Test("goes on over pages whose borders lie within rows of the same time")
    func ties() async throws {
        var options = ImportBench.small()
        options.ties = 25
        for pager in [ImportBench.Pager.cursor, .page, .offset] {
            try await ImportBench.with(options, streams: [ImportBench.merchants(pager, ImportBench.changed)])
            { (bench) throws in
                #expect(try await bench.run().state == .completed)
                #expect(try await bench.differences() == [])
                // A border of two spans in the middle of them, too.
                #expect(try await bench.run("daily").state == .completed)
                #expect(try await bench.differences() == [])
            }
        }
    }

    @Test("is shared by as many sessions as may call at once, each span by one of them")
    func parallel() async throws {
        var options = ImportBench.small()
        (options.merchants, options.latency) = (400, .milliseconds(10))
        try await ImportBench.with(
            options,
            streams: [ImportBench.merchants(.cursor, ImportBench.changed)],
            head: ["budget 100000 per second, 4 at once"]
        ) { (bench) throws in
            #expect(try await bench.run().state == .completed)
            #expect(try await bench.differences() == [])
            #expect((2...4).contains(bench.crm.mostAtOnce), "\(bench.crm.mostAtOnce)")
            #expect(Set(bench.crm.calls.map(\.target)).count == bench.crm.calls.count)
            #expect(try await bench.runState().counts["pages"] == bench.crm.calls.count)
        }
    }

    @Test("is one, whoever starts it at the same time")
    func twoStarters() async throws {
        var options = ImportBench.small()
        options.latency = .milliseconds(5)
        try await ImportBench.with(options) { (bench) throws in
            let jobs = try await withThrowingTaskGroup(of: Int64.self) { group in
                for _ in 0..<4 { group.addTask { try await bench.request("initial") } }
                return try await group.reduce(into: Set<Int64>()) { $0.insert($1) }
            }
            #expect(jobs.count == 1)
            // Of two that begin it one runs it, and the other finds it taken or done.
            let ends = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<2 {
                    group.addTask { (try await bench.once())?.state.rawValue ?? "none" }
                }
                return try await group.reduce(into: []) { $0.append($1) }.sorted()
            }
            #expect(ends == ["completed", "none"])
            #expect(try await bench.differences() == [])
            #expect(try await bench.value("select count(*) from crm.merchants") == "95")
        }
    }

    @Test("runs with no more rights than those of importers")
    func rights() async throws {
        try await ImportBench.with(streams: [ImportBench.merchants(.page, ImportBench.changed)]) {
            (bench) throws in
            let role = "importer_\(UInt64.random(in: 0 ... .max))"
            try await bench.database.run("create role \(role) login; grant pgsync_importer to \(role)")
            var limited = bench
            limited.options = bench.database.superuser.with("user", role)
            bench.crm.inject(.status(500)) { $0.number == 3 }
            #expect(try await limited.run().state == .completed)
            #expect(bench.crm.count(fault: "status 500") == 1)
            #expect(try await bench.differences() == [])
            try await bench.database.run("drop role \(role)")
        }
    }

    @Test("ends when somebody cancels it, also while it waits")
    func cancelled() async throws {
        try await ImportBench.with(head: ["budget 1 per 10 seconds"]) { (bench) throws in
            var patient = bench
            patient.longestWait = .seconds(60)
            let job = try await bench.request("initial")
            async let report = patient.finish()
            try await eventually { bench.crm.calls.count == 1 }
            try await bench.database.run("select pgsync.cancel_job(\(job))")
            #expect(try await report.state == .cancelled)
            #expect(bench.crm.calls.count == 1)
        }
    }

    @Test("leaves its session when the worker stops, and goes on in another")
    func stopped() async throws {
        var options = ImportBench.small()
        options.latency = .milliseconds(20)
        try await ImportBench.with(options, streams: [ImportBench.merchants(.page, ImportBench.changed)]) {
            (bench) throws in
            try await bench.request("initial")
            let shutdown = Shutdown()
            bench.crm.inject(.act { _ in shutdown.request() }) { $0.number == 3 }
            let report = try await bench.database.connect { connection in
                try await bench.runner.run(bench.newest(), on: connection, until: shutdown)
            }
            #expect(report?.state == .interrupted)
            #expect(bench.crm.count(fault: "act") == 1 && bench.crm.calls.count <= 4)
            #expect(try await bench.once()?.state == .completed)
            #expect(try await bench.differences() == [])
        }
    }

    @Test("takes what its clock says at both sides of a change of clocks")
    func daylightSaving() async throws {
        let database = TestDatabase.current
        try await database.run(Repository.read("sql/examples/crm/schedules.sql"))
        for (after, next) in [
            ("2026-03-07T18:00Z", "2026-03-08T16:00:00Z"), ("2026-03-08T17:00Z", "2026-03-09T16:00:00Z"),
            ("2026-10-31T17:00Z", "2026-11-01T17:00:00Z"), ("2026-11-01T18:00Z", "2026-11-02T17:00:00Z"),
            ("2026-03-06T18:00Z", "2026-03-07T17:00:00Z"),
        ] {
            #expect(
                try await database.value(
                    """
                    select pgsync.cron_next(cron, time_zone, '\(after)') = '\(next)' and kind = 'import'
                        and subject = 'irelandpay' and type = 'daily'
                    from pgsync.sync_schedules where name = 'irelandpay-11'
                    """
                ) == "t",
                "\(after)"
            )
        }
    }

    @Test("that another runs may end while this one works for it")
    func endedMeanwhile() async throws {
        try await ImportBench.with(streams: [ImportBench.merchants(.cursor)]) { (bench) throws in
            let job = try await bench.request("initial")
            try await bench.database.connect { first in
                try await first.run("select from pgsync.begin_job('import', 'crm')")
                bench.crm.inject(
                    .act { _ in _ = try? await first.run("select pgsync.end_job(\(job), 'completed')") }
                )
                try await bench.database.connect { second in
                    let taken = try await second.withTransaction { try JobStore($0).join("import", "crm") }
                    try await bench.runner.work(for: try #require(taken), on: second, until: Shutdown())
                }
            }
            #expect(bench.crm.count(fault: "act") == 1)
            #expect(try await bench.runState().state == "completed")
        }
    }
}
