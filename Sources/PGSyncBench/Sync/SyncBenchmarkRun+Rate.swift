import Postgres

extension SyncBenchmarkRun {
    /// What a round brings across.
    private enum Load: String, CaseIterable {
        case inserts, updates
    }

    /// One load, brought across by one side.
    private struct Transfer {
        let load: Load
        let changesPerSecond: Double
        let server: Double
        var programs = Double.nan
    }

    /// Rows are written while a node is away; then it asks for them.
    func rate() async throws -> [SyncFigure] {
        var (down, up, natives): ([Transfer], [Transfer], [Transfer]) = ([], [], [])
        for round in 0..<plan.rounds {
            let first = 1 + round * 2 * plan.changes
            down += try await transfers(first...first + plan.changes - 1, from: master, round)
            up += try await transfers(
                first + plan.changes...first + 2 * plan.changes - 1,
                from: node,
                round
            )
            if let native { natives += try await transfers(native, first...first + plan.changes - 1, round) }
        }
        return Load.allCases.flatMap { load in
            let own = down.filter { $0.load == load }
            let limit = natives.filter { $0.load == load }
            var figure = figure("master to node, \(load.rawValue)", own)
            figure.bars = [.atLeast(5_000, figure.value)]
            if !limit.isEmpty {
                figure.beside = BenchReport.median(limit.map(\.changesPerSecond))
                figure.besideWhat = "logical replication"
                figure.ratio = BenchReport.median(
                    zip(own, limit).map { $0.changesPerSecond / $1.changesPerSecond }
                )
                figure.besideServerMicroseconds = BenchReport.median(limit.map(\.server))
            }
            return [figure, self.figure("node to master, \(load.rawValue)", up.filter { $0.load == load })]
        }
    }

    private func figure(_ name: String, _ transfers: [Transfer]) -> SyncFigure {
        let rates = transfers.map(\.changesPerSecond)
        var figure = SyncFigure(.rate, name, BenchReport.median(rates), "changes/s")
        figure.serverMicroseconds = BenchReport.median(transfers.map(\.server))
        figure.notes = [
            .init(name: "slowest", value: rates.min() ?? .nan),
            .init(name: "fastest", value: rates.max() ?? .nan),
            .init(name: "programs' CPU µs", value: BenchReport.median(transfers.map(\.programs))),
        ]
        return figure
    }

    /// Inserts rows and lets them be brought across, and the same with changes of them.
    private func transfers(
        _ ids: ClosedRange<Int>,
        from side: SyncSide,
        _ round: Int
    ) async throws -> [Transfer] {
        var transfers: [Transfer] = []
        for load in Load.allCases {
            try await write(load, ids, round, on: side)
            try await settle()
            let exchange = try await exchange(node)
            transfers.append(
                Transfer(
                    load: load,
                    changesPerSecond: Double(ids.count) / exchange.seconds,
                    server: exchange.microseconds(of: exchange.server, each: ids.count),
                    programs: exchange.microseconds(of: exchange.programs, each: ids.count)
                )
            )
        }
        return transfers
    }

    private func transfers(
        _ native: NativeReplication,
        _ ids: ClosedRange<Int>,
        _ round: Int
    ) async throws -> [Transfer] {
        var transfers: [Transfer] = []
        for load in Load.allCases {
            try await write(load, ids, round, on: native.publisher)
            try await settle()
            let before = try await usage(native)
            let start = ContinuousClock.now
            try await native.enable(true)
            try await native.subscriber.wait(for: "the last row", every: .milliseconds(10)) { session in
                let found = try session.query(SyncSQL.quantity(of: ids.upperBound)).first
                guard load == .updates else { return found != nil }
                return try found?.decode(0, as: Int.self) == Self.marks + round
            }
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            let used = try await usage(native) - before
            try await native.enable(false)
            transfers.append(
                Transfer(
                    load: load,
                    changesPerSecond: Double(ids.count) / seconds,
                    server: used.microseconds(each: ids.count)
                )
            )
        }
        return transfers
    }

    private func usage(_ native: NativeReplication) async throws -> BenchUsage {
        try await PostgresConnection.withConnection(to: native.publisher.options) {
            try await BenchUsage.read($0)
        }
    }

    private func write(_ load: Load, _ ids: ClosedRange<Int>, _ round: Int, on side: SyncSide) async throws {
        let statements = (ids.count + Self.together - 1) / Self.together
        try await side.write(statements) { number in
            let first = ids.lowerBound + number * Self.together
            let part = first...min(first + Self.together - 1, ids.upperBound)
            return load == .inserts
                ? SyncSQL.insert(part) : SyncSQL.update(part, to: Self.marks + round)
        }
    }

    /// What the server does by itself in time is done before anything is timed, for all alike.
    func settle() async throws {
        for side in [master] + nodes + [native?.publisher, native?.subscriber].compactMap(\.self) {
            try await side.write("vacuum analyze")
        }
        // Not everyone may.
        try? await master.write("checkpoint")
    }

    // MARK: A long absence

    /// Many changes of fewer records are one version each.
    func backlog() async throws -> [SyncFigure] {
        let (together, first) = (1_000, Self.backlogIDs)
        let records = plan.records
        @Sendable func part(_ number: Int) -> ClosedRange<Int> {
            let start = first + number * together % records
            return start...min(start + together - 1, first + records - 1)
        }
        let passes = max(plan.backlog / records, 1)
        let parts = (records + together - 1) / together
        try await master.write(parts) { SyncSQL.insert(part($0)) }
        _ = try await exchange(node)
        try await master.write(parts * passes) { number in
            SyncSQL.update(part(number % parts), to: Self.marks + number / parts)
        }
        try await settle()
        let exchange = try await exchange(node)
        let mebibytes = Double(exchange.kibibytes) / 1_024
        let ofServe = Double(ProcessUsage.peakKibibytes(of: serve.process) ?? 0) / 1_024
        let changes = passes * records
        var figure = SyncFigure(
            .backlog,
            "\(changes) changes of \(records) records",
            exchange.seconds,
            "s"
        )
        // What a bar is for is the size that it names.
        if changes >= 1_000_000 {
            figure.bars = [
                .atMost(30, exchange.seconds, " s"), .atMost(64, mebibytes, " MiB of the node"),
                .atMost(64, ofServe, " MiB of serve"),
            ]
        }
        figure.serverMicroseconds = exchange.microseconds(of: exchange.server, each: changes)
        figure.notes = [
            .init(name: "records sent", value: Double(exchange.downloaded)),
            .init(name: "node MiB", value: mebibytes), .init(name: "serve MiB", value: ofServe),
            .init(
                name: "programs' CPU µs",
                value: exchange.microseconds(of: exchange.programs, each: changes)
            ),
        ]
        return [figure]
    }
}
