import Postgres
import Services
import Subprocesses

extension PostingBenchmarkRun {
    /// From the commit of the application to the commit of what was posted for it, as the server notes them.
    func latency() async throws -> [PostingFigure] {
        let seconds = max(Int(plan.period / .seconds(1)), 1)
        var figures: [PostingFigure] = []
        for rate in [10] + plan.rates {
            let name = (rate == 10 ? "idle, each 100 ms" : "\(rate) a second") + (plan.isBusy ? ", busy" : "")
            let limit = try await delays(.limit, rate: rate, count: rate * seconds)
            let own = try await delays(.pgsync, rate: rate, count: rate * seconds)
            // A poster that has the machine to itself answers sooner than one that is pressed.
            let isPressed = rate > 200 || plan.isBusy
            for (percentile, bar) in [(0.5, isPressed ? 3.0 : 2.0), (0.99, 4.0)] {
                let (ours, hand) = (
                    own.milliseconds.percentile(percentile), limit.milliseconds.percentile(percentile)
                )
                figures.append(
                    PostingFigure(
                        measurement: .latency,
                        name: "\(name), p\(Int(percentile * 100))",
                        value: ours,
                        unit: "ms",
                        limit: hand,
                        limitName: "NOTIFY, posted by hand",
                        ratio: ours / hand,
                        bar: .atMost(bar, ours / hand),
                        processors: .init([own.processorMicroseconds], beside: [limit.processorMicroseconds]),
                        notes: [.init(name: "written/s", value: own.rate)]
                    )
                )
            }
        }
        return figures
    }

    /// The delays of all changes, in ascending order.
    private struct Delays: Sendable {
        let milliseconds: [Double]
        /// For writing and posting a change.
        let processorMicroseconds: Double
        /// How many were written a second: a slow server cannot take more.
        let rate: Double
    }

    private func delays(_ poster: BenchPoster, rate: Int, count: Int) async throws -> Delays {
        try await calm()
        let gap = Duration.seconds(1) / rate
        return try await whilst(
            poster,
            isWorking: { connection in
                try await besideALoop {
                    let clock = ContinuousClock()
                    // The first few wake what sleeps and plan what is planned once.
                    try await write(20, every: gap, poster, on: connection)
                    try await drained()
                    let first = try await newestChange(connection)
                    let before = try await BenchUsage.read(administrator)
                    let start = clock.now
                    var next = start
                    for _ in 0..<count {
                        next += gap
                        try await write(1, poster, on: connection)
                        try await clock.sleep(until: next)
                    }
                    let seconds = (clock.now - start) / .seconds(1)
                    try await drained()
                    let used = try await BenchUsage.read(administrator) - before
                    return Delays(
                        milliseconds: try await delays(after: first, on: connection),
                        processorMicroseconds: used.microseconds(each: count),
                        rate: Double(count) / seconds
                    )
                }
            }
        )
    }

    private func delays(after first: Int64, on connection: PostgresConnection) async throws -> [Double] {
        try await connection.withSession { session in
            try session.query(
                """
                select extract(
                    epoch from pg_xact_commit_timestamp(attempt.xmin)
                    - pg_xact_commit_timestamp(log.captured_xid::xid)
                )::double precision * 1000
                from pgsync.sync_logs as log
                inner join pgsync.sync_audit_log as attempt on attempt.log_id = log.id
                where log.source_table = 'bench.bills'::regclass and log.id > \(first)
                order by 1
                """
            ).map { try $0.decode(0) }
        }
    }

    /// While another process keeps a processor busy, if that was requested.
    private func besideALoop<Result: Sendable>(
        _ body: @Sendable @escaping () async throws -> Result
    ) async throws -> Result {
        guard plan.isBusy else { return try await body() }
        let shutdown = Shutdown()
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                try await BackgroundThread.run { while !shutdown.isRequested {} }
                return nil
            }
            group.addTask { try await body() }
            defer { shutdown.request() }
            while let ended = try await group.next() {
                guard let ended else { continue }
                shutdown.request()
                return ended
            }
            throw CancellationError()
        }
    }

    /// What is posted while eight connections write one bill a transaction, as fast as they can.
    func sustained() async throws -> [PostingFigure] {
        let posters: [BenchPoster] = try await hasPgQ() ? [.limit, .pgsync, .pgq] : [.limit, .pgsync]
        var rates: [BenchPoster: [Sustained]] = [:]
        for round in 0..<max(plan.rounds / 2, 1) {
            for place in posters.indices {
                let poster = posters[(place + round) % posters.count]
                rates[poster, default: []].append(try await sustainedRound(poster))
            }
        }
        let hand = BenchReport.median((rates[.limit] ?? []).map(\.posted))
        return posters.filter { $0 != .limit }.map { poster in
            let own = rates[poster] ?? []
            let posted = BenchReport.median(own.map(\.posted))
            return PostingFigure(
                measurement: .sustained,
                name: poster == .pgsync ? "8 writers" : "8 writers, \(poster.rawValue)",
                value: posted,
                unit: "posted/s",
                limit: hand,
                limitName: "by hand, NOTIFY for each",
                ratio: posted / hand,
                bar: nil,
                processors: .init(
                    own.map(\.processorMicroseconds),
                    beside: (rates[.limit] ?? []).map(\.processorMicroseconds)
                ),
                notes: [.init(name: "written/s", value: BenchReport.median(own.map(\.written)))]
            )
        }
    }

    private struct Sustained: Sendable {
        let posted: Double
        let written: Double
        /// For writing and posting a change.
        let processorMicroseconds: Double
    }

    private func sustainedRound(_ poster: BenchPoster) async throws -> Sustained {
        try await calm()
        return try await whilst(
            poster,
            isWorking: { connection in
                let before = try await auditCount(connection)
                let usedBefore = try await BenchUsage.read(administrator)
                let start = ContinuousClock.now
                let deadline = start + plan.period
                let written = try await BenchDatabase.withConnections(8, to: options) { writers in
                    try await withThrowingTaskGroup(of: Int.self) { group in
                        for writer in writers {
                            group.addTask {
                                try await writer.withSession { session in
                                    var count = 0
                                    while ContinuousClock.now < deadline {
                                        try Self.insert(poster, session)
                                        count += 1
                                    }
                                    return count
                                }
                            }
                        }
                        return try await group.reduce(0, +)
                    }
                }
                let seconds = (ContinuousClock.now - start) / .seconds(1)
                let posted = try await auditCount(connection) - before
                try await drained()
                let used = try await BenchUsage.read(administrator) - usedBefore
                return Sustained(
                    posted: Double(posted) / seconds,
                    written: Double(written) / seconds,
                    processorMicroseconds: used.microseconds(each: written)
                )
            }
        )
    }

    // MARK: Writing

    private static func insert(_ poster: BenchPoster, _ session: Session) throws {
        // By hand, the application has to say itself that there is something to do.
        let announcement = poster == .limit ? ", said as (select pg_notify('bench_limit', ''))" : ""
        let also = poster == .limit ? "said" : "written"
        let statement: String = """
            with written as (
                insert into \(poster.table) (
                    bill_number, patient_id, bill_date, total, taxable, cgst, sgst, round_off, status
                )
                values ('P', 7, '2026-03-05', 118.40, 100, 9, 9, 0.40, 'final')
                returning id
            )\(announcement)
            select written.id from written, \(also) as whoever
            """
        _ = try session.query(.prepared(Query(statement)))
    }

    private func write(
        _ count: Int,
        every gap: Duration = .zero,
        _ poster: BenchPoster,
        on connection: PostgresConnection
    ) async throws {
        for _ in 0..<count {
            try await connection.withSession { session in try Self.insert(poster, session) }
            if gap > .zero { try await ContinuousClock().sleep(for: gap) }
        }
    }

    private func newestChange(_ connection: PostgresConnection) async throws -> Int64 {
        try await connection.withSession { session in
            try session.query("select coalesce(max(id), 0) from pgsync.sync_logs").onlyRow().decode(0)
        }
    }

    private func auditCount(_ connection: PostgresConnection) async throws -> Int {
        try await connection.withSession { session in
            try session.query("select count(*) from pgsync.sync_audit_log").onlyRow().decode(0)
        }
    }

    /// Waits until nothing waits.
    private func drained() async throws {
        let unposted = """
            or exists (
                select
                from bench.bills_pgq as bill
                left join pgsync.sync_master_status as master
                    on master.source_table = 'bench.bills_pgq'::regclass
                    and master.record_id = bill.id::text collate "C"
                where master.record_id is null
            )
            """
        let statement: String = """
            select exists (select from pgsync.sync_queue where sync_status = 'pending')
            \(try await hasPgQ() ? unposted : "")
            """
        while true {
            let waiting: Bool = try await administrator.withSession { session in
                try session.query(Query(statement)).onlyRow().decode(0)
            }
            guard waiting else { return }
            try await ContinuousClock().sleep(for: .milliseconds(20))
        }
    }

    private func whilst<Result: Sendable>(
        _ poster: BenchPoster,
        isWorking body: @Sendable @escaping (PostgresConnection) async throws -> Result
    ) async throws -> Result {
        let shutdown = Shutdown()
        return try await withThrowingTaskGroup(of: Result?.self) { [options] group in
            group.addTask {
                try await LiveWorker(poster: poster, options: options).run(until: shutdown)
                return nil
            }
            group.addTask {
                try await PostgresConnection.withConnection(to: options) { try await body($0) }
            }
            var result: Result?
            while let ended = try await group.next() {
                if let ended {
                    result = ended
                    shutdown.request()
                }
            }
            guard let result else { throw CancellationError() }
            return result
        }
    }
}

extension [Double] {
    /// Of figures in ascending order.
    fileprivate func percentile(_ part: Double) -> Double {
        isEmpty ? .nan : self[Swift.min(Int(Double(count) * part), count - 1)]
    }
}
