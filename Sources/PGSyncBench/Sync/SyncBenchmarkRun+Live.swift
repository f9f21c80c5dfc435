import JSON
import Postgres
import Subprocesses

extension SyncBenchmarkRun {
    /// Lends the time while workers keep nodes in step with the master.
    private func withLive<Result: Sendable>(
        _ nodes: [SyncSide],
        _ body: () async throws -> Result
    ) async throws -> Result {
        guard let node = nodes.first else { return try await body() }
        try await node.write("select pgsync.set_live('master', true)")
        return try await ChildProcess.withRunning(node.invocation(["worker", "--quiet"])) { _ in
            try await node.wait(for: "a live exchange", every: .milliseconds(20)) { session in
                try session.query(
                    "select exists (select from pgsync.sync_jobs where type = 'live' and state = 'running')"
                ).onlyRow().decode(0)
            }
            let result = try await withLive(Array(nodes.dropFirst()), body)
            try await node.write("select pgsync.set_live('master', false)")
            // Whoever makes an exchange next would take over the live one, which never ends.
            try await node.write(
                """
                select pgsync.cancel_job(own.id) from pgsync.sync_jobs as own
                where own.type = 'live' and own.finished_at is null
                """
            )
            try await node.wait(for: "the end of a live exchange", every: .milliseconds(20)) { session in
                try session.query(
                    "select not exists (select from pgsync.sync_jobs where type = 'live' and finished_at is null)"
                ).onlyRow().decode(0)
            }
            return result
        }
    }

    // MARK: One change at a time

    /// Changes one row after another, each once the one before has come, and beside PostgreSQL's own replication.
    func delay() async throws -> [SyncFigure] {
        let count = 100
        let ids = Self.delayIDs...Self.delayIDs + count - 1
        for side in [master, native?.publisher].compactMap(\.self) {
            try await side.write(SyncSQL.insert(ids))
        }
        _ = try await exchange(node)
        try await native?.enable(true)
        let (own, natives): ([Double], [Double]) = try await withLive([node]) {
            var (own, natives): ([Double], [Double]) = ([], [])
            try await BenchDatabase.withConnections(1, to: master.options) { master in
                try await BenchDatabase.withConnections(1, to: node.options) { node in
                    // The first ones find caches empty.
                    for number in 0..<5 {
                        _ = try await milliseconds(ids, -1 - number, from: master[0], to: node[0])
                    }
                    let deadline = ContinuousClock.now + plan.period
                    var number = 0
                    while ContinuousClock.now < deadline || own.count < 20 {
                        own.append(try await milliseconds(ids, number, from: master[0], to: node[0]))
                        if let native { natives.append(try await milliseconds(native, ids, number)) }
                        number += 1
                    }
                }
            }
            return (own, natives)
        }
        try await native?.enable(false)
        return [0.5, 0.99].map { share in
            let value = Self.percentile(own, share)
            var figure = SyncFigure(
                .delay,
                share == 0.5 ? "at a live node, half" : "at a live node, 99 of 100",
                value,
                "ms at most"
            )
            figure.bars = [.atMost(share == 0.5 ? 60 : 250, value, " ms")]
            if !natives.isEmpty {
                figure.beside = Self.percentile(natives, share)
                figure.besideWhat = "logical replication"
                figure.ratio = value / Self.percentile(natives, share)
            }
            figure.notes = [.init(name: "changes", value: Double(own.count))]
            return figure
        }
    }

    private static func percentile(_ values: [Double], _ share: Double) -> Double {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return .nan }
        return sorted[min(Int((Double(sorted.count) * share).rounded(.up)), sorted.count) - 1]
    }

    private func milliseconds(
        _ native: NativeReplication,
        _ ids: ClosedRange<Int>,
        _ number: Int
    ) async throws -> Double {
        try await BenchDatabase.withConnections(1, to: native.publisher.options) { publisher in
            try await BenchDatabase.withConnections(1, to: native.subscriber.options) { subscriber in
                try await milliseconds(ids, number, from: publisher[0], to: subscriber[0])
            }
        }
    }

    /// From the moment in which a commit has returned to that in which the row is seen, after a pause.
    private func milliseconds(
        _ ids: ClosedRange<Int>,
        _ number: Int,
        from source: PostgresConnection,
        to target: PostgresConnection
    ) async throws -> Double {
        try await ContinuousClock().sleep(for: .milliseconds(Int64.random(in: 30...130)))
        let id = ids.lowerBound + (number + ids.count) % ids.count
        let mark = Self.marks + 1_000 + number
        try await source.withSession { _ = try $0.execute(SyncSQL.update(id...id, to: mark)) }
        let start = ContinuousClock.now
        while try await target.withSession({
            try $0.query(SyncSQL.quantity(of: id)).first?.decode(0, as: Int.self) != mark
        }) {
            guard ContinuousClock.now - start < .seconds(60) else {
                throw SyncBenchmark.Failure.tooLate("a change of one row")
            }
            try await ContinuousClock().sleep(for: .milliseconds(1))
        }
        return (ContinuousClock.now - start) / .milliseconds(1)
    }

    // MARK: Others who write

    /// Who is connected to the master while others write to it.
    private enum Company: CaseIterable {
        /// Nobody.
        case none
        /// Clients that read what a node reads, as if their databases were elsewhere.
        case readers
        /// Nodes whose databases and workers share this machine with the master.
        case nodes
    }

    func writers() async throws -> [SyncFigure] {
        let count = nodes.count
        var tokens: [String] = []
        for node in nodes { tokens.append(try await serve.token(of: "reader-\(node.name)")) }
        var rates: [Company: [Double]] = [:]
        var serial = Self.writerIDs
        for round in 0..<plan.rounds {
            let all = Company.allCases
            for place in all.indices {
                let company = all[(place + round) % all.count]
                // What was written before is no burden of this one.
                for node in nodes { _ = try await exchange(node) }
                try await settle()
                let first = serial
                serial += 1_000_000
                rates[company, default: []].append(try await rate(with: company, tokens, from: first))
            }
        }
        func figure(_ company: Company, _ name: String) -> SyncFigure {
            let (own, none) = (rates[company] ?? [], rates[.none] ?? [])
            var figure = SyncFigure(.writers, name, BenchReport.median(own), "changes/s")
            figure.beside = BenchReport.median(none)
            figure.besideWhat = "nobody"
            figure.ratio = BenchReport.median(zip(own, none).map { $0 / $1 })
            return figure
        }
        var readers = figure(.readers, "\(plan.writers) writers, \(count) nodes elsewhere")
        readers.bars = [.atLeast(0.97, readers.ratio ?? .nan)]
        return [readers, figure(.nodes, "\(plan.writers) writers, \(count) nodes on the same machine")]
    }

    private func rate(with company: Company, _ tokens: [String], from first: Int) async throws -> Double {
        switch company {
        case .none: return try await rate(from: first)
        case .nodes: return try await withLive(nodes) { try await rate(from: first) }
        case .readers:
            return try await withThrowingTaskGroup(of: Double.self) { [serve] group in
                for token in tokens {
                    let client = try SyncClient(serve.url, token)
                    group.addTask {
                        try await client.listen()
                        return .nan
                    }
                }
                group.addTask { try await rate(from: first) }
                guard let rate = try await group.next() else { return .nan }
                group.cancelAll()
                while let ended = await group.nextResult() { if case .failure = ended { continue } }
                return rate
            }
        }
    }

    /// Changes a second of some connections that insert a row and change it, each in a transaction of its own.
    private func rate(from first: Int) async throws -> Double {
        try await BenchDatabase.withConnections(plan.writers, to: master.options) { connections in
            func write(until deadline: ContinuousClock.Instant, from first: Int) async throws -> Int {
                try await withThrowingTaskGroup(of: Int.self) { group in
                    for (index, connection) in connections.enumerated() {
                        let start = first + index * 100_000
                        group.addTask {
                            try await connection.withSession { session in
                                var changes = 0
                                while ContinuousClock.now < deadline {
                                    let id = start + changes / 2
                                    try session.execute(
                                        .prepared(
                                            changes % 2 == 0
                                                ? SyncSQL.insert(id...id)
                                                : SyncSQL.update(id...id, to: Self.marks)
                                        )
                                    )
                                    changes += 1
                                }
                                return changes
                            }
                        }
                    }
                    return try await group.reduce(0, +)
                }
            }
            _ = try await write(until: .now + plan.period / 8, from: first)
            let start = ContinuousClock.now
            let changes = try await write(until: start + plan.period, from: first + 500_000)
            return Double(changes) / ((ContinuousClock.now - start) / .seconds(1))
        }
    }

    // MARK: Nodes that have nothing to ask

    func poll() async throws -> [SyncFigure] {
        var clients: [(client: SyncClient, cursor: String)] = []
        for number in 0..<plan.idleNodes {
            let client = try SyncClient(serve.url, try await serve.token(of: "idle-\(number)"))
            clients.append((client, try await client.current()))
        }
        for (client, cursor) in clients { try await client.poll(cursor) }
        return try await BenchDatabase.withConnections(1, to: master.options) { connections in
            let administrator = connections[0]
            func transactions() async throws -> Int64 {
                try await administrator.withSession {
                    try $0.query("select pg_snapshot_xmax(pg_current_snapshot())::text::bigint").onlyRow()
                        .decode(0)
                }
            }
            let (before, writes) = (try await BenchUsage.read(administrator), try await transactions())
            let ofServe = ServerProcessorTime.used(by: serve.process) ?? .zero
            let start = ContinuousClock.now
            for (client, cursor) in clients { try await client.poll(cursor) }
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            let used = try await BenchUsage.read(administrator) - before
            let written = try await transactions() - writes
            let programs = (ServerProcessorTime.used(by: serve.process) ?? .zero) - ofServe
            let spent = (used.processorTime ?? .zero) + programs
            let share = spent / .seconds(300) * 100
            let each = Double(max(clients.count, 1))
            var figure = SyncFigure(
                .poll,
                "\(plan.idleNodes) idle nodes, every 5 minutes",
                share,
                "% of a core"
            )
            figure.bars = [.atMost(1, share, " %"), .atMost(0, Double(written), " writes")]
            figure.serverMicroseconds = used.microseconds(each: clients.count)
            figure.notes = [
                .init(name: "ms each", value: seconds * 1_000 / each),
                .init(name: "writing transactions each", value: Double(written) / each),
                .init(name: "programs' CPU µs", value: programs / .microseconds(1) / each),
            ]
            return [figure]
        }
    }
}

extension SyncClient {
    /// What a node asks that has nothing to send and finds nothing.
    fileprivate func poll(_ cursor: String) async throws {
        _ = try await ask("GET", "status")
        let page = try await download("cursor=\(cursor)")
        _ = try await ask(
            "POST",
            "acknowledge",
            ["timestamp": .string(page.timestamp), "status": "success", "cursor": .string(page.cursor)]
        )
    }
}
