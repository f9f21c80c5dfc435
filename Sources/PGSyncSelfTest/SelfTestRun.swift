import JSON
import PGSyncRules
import PGSyncSchema
import PGSyncStore
import Postgres

/// The stages of a self-test in its database.
struct SelfTestRun {
    let plan: SelfTest.Plan
    let server: ConnectionOptions
    let scratch: ScratchDatabase
    let work: ScratchWork
    /// The most rows that are taken from a table.
    let rows: Int
    /// The version of this program.
    let version: String

    /// Runs the stages until one fails; returns what became of the tables.
    func run(_ stages: inout StageList) async throws -> [SelfTestReport.Table] {
        try await PostgresConnection.withConnection(to: scratch.options) { connection in
            var tables = TableList(plan.shapes)
            do {
                try await stages.run(.schema) {
                    // Before PostgreSQL 15 everybody may create in it.
                    _ = try await connection.withSession {
                        try $0.execute("revoke create on schema public from public")
                    }
                    let steps = try await Migrator(binaryVersion: version).migrate(on: connection)
                    return ((), "\(steps.count) steps")
                }
                let shapes = try await stages.run(.tables) { try await copy(noting: &tables, connection) }
                let applied = try await stages.run(.configuration) {
                    for shape in shapes {
                        for (rule, columns) in plan.configuration.outdated(for: shape) {
                            tables.note(
                                "\(rule): there is no column \(columns.joined(separator: ", "))",
                                of: shape
                            )
                        }
                    }
                    let applied = try await plan.configuration.apply(to: shapes, on: connection)
                    return (applied, "\(applied.rules) rules")
                }
                let samples = try await stages.run(.rows) {
                    try await fill(shapes, applied.examples, noting: &tables, connection)
                }
                try await stages.run(.changes) {
                    ((), try await change(samples, ChangeTrial.all, noting: &tables, connection).summary)
                }
                try await stages.run(.truncation) {
                    ((), try await change(samples, ChangeTrial.truncate, noting: &tables, connection).summary)
                }
                try await stages.run(.faults) { try await plant(in: samples, noting: &tables, connection) }
                try await stages.run(.books) { ((), try await work.checkBooks(connection)) }
            } catch is StageList.Ended {}
            if stages.hasPassed(.configuration) { tables.add(try await work.figures(connection)) }
            return tables.all
        }
    }

    // MARK: Stages

    /// Copies what can be copied of the tables.
    private func copy(
        noting tables: inout TableList,
        _ connection: PostgresConnection
    ) async throws -> ([SourceShape], String) {
        let results = try await connection.withSession { [plan] session in
            var types = plan.types
            return try plan.shapes.map { shape in (shape, try Self.copy(shape, &types, session)) }
        }
        for (shape, obstacle) in results {
            if let obstacle { tables.note(obstacle, of: shape) }
        }
        let copied = results.filter { $0.1 == nil }.map(\.0)
        return (copied, "\(copied.count) of \(results.count) tables")
    }

    /// Returns what stands in the way of a copy.
    private static func copy(
        _ shape: SourceShape,
        _ types: inout NeededTypes,
        _ session: Session
    ) throws -> String? {
        do {
            for column in shape.columns {
                if let obstacle = try types.create(column.typeID, session) { return obstacle }
            }
            try TableCopy(shape, session).create()
            return nil
        } catch let error as PostgresError where error.kind == .server {
            return error.message
        }
    }

    /// Gives each copy some of the rows of its table, or made-up ones.
    private func fill(
        _ shapes: [SourceShape],
        _ examples: [String: [JSONObject]],
        noting tables: inout TableList,
        _ connection: PostgresConnection
    ) async throws -> ([SampleRows], String) {
        var samples: [SampleRows] = []
        try await PostgresConnection.withConnection(to: server) { server in
            for shape in shapes {
                let examples = examples[shape.table.description] ?? []
                guard
                    var sample = try await SampleRows(shape, most: rows, examples: examples, server)
                else {
                    tables.note("it has no rows that can be read, and none can be made up", of: shape)
                    continue
                }
                // Rows may be older than the rules.
                sample.posted = try await posted(of: sample, connection)
                if sample.posted.isEmpty, !sample.isMadeUp {
                    sample.add(examples)
                    sample.posted = try await posted(of: sample, connection)
                }
                samples.append(sample)
                tables.note(sample)
            }
        }
        let (refused, summary) = try await change(
            samples,
            ChangeTrial.insertSamples,
            noting: &tables,
            connection
        )
        try await work.extendChain(connection)
        let count = samples.reduce(0) { $0 + $1.images.count }
        return (
            samples.filter { !$0.isMadeUp || !refused.contains($0.shape.source.name) },
            "\(count) rows, \(summary)"
        )
    }

    private func posted(
        of sample: SampleRows,
        _ connection: PostgresConnection
    ) async throws -> [JSONObject] {
        let lines = try await connection.withSession {
            try TableCopy(sample.shape, $0).lines(of: sample.images)
        }
        return zip(sample.images, lines).filter { !$1.isEmpty }.map(\.0)
    }

    /// Changes each copy, posts that, and compares the tables with the ledger.
    ///
    /// Returns the tables with which not everything could be tried, and what was done.
    private func change(
        _ samples: [SampleRows],
        _ body: @escaping @Sendable (SampleRows, Session) throws -> ChangeTrial.Findings,
        noting tables: inout TableList,
        _ connection: PostgresConnection
    ) async throws -> (incomplete: Set<String>, summary: String) {
        let (findings, captured) = try await connection.withSession { session in
            func captured() throws -> Int {
                try session.query("select count(*) from pgsync.sync_logs").onlyRow().decode(0)
            }
            let before = try captured()
            let findings = try samples.map { ($0.shape, try body($0, session)) }
            return (findings, try captured() - before)
        }
        for (shape, found) in findings {
            for obstacle in found.notTried { tables.note(obstacle, of: shape) }
        }
        try StageFailure.check(findings.flatMap(\.1.problems))
        try await work.settle(connection)
        let incomplete = findings.filter { !$0.1.notTried.isEmpty }.map(\.0.source.name)
        return (Set(incomplete), "\(captured) changes")
    }

    /// Has verification find what is wrong, and heal it.
    private func plant(
        in samples: [SampleRows],
        noting tables: inout TableList,
        _ connection: PostgresConnection
    ) async throws -> (Void, String) {
        var planted: [PlantedFault] = []
        for sample in samples {
            let faults = try await connection.withSession { try FaultTrial(sample, $0).plant() }
            for obstacle in faults.notTried { tables.note(obstacle, of: sample.shape) }
            planted += faults.planted
        }
        let found = try await work.verify(.heal, planted: planted.count, connection)
        try StageFailure.check(
            planted.filter { !$0.isNamed(by: found) }.map { fault in
                "\(fault.table), record \(fault.record): \(fault.name) was not found as \(fault.kinds.sorted())"
            }
        )
        try await work.settle(connection)
        return ((), "\(planted.count) faults found and healed")
    }
}

/// The tables of a self-test as it goes on.
struct TableList {
    private(set) var all: [SelfTestReport.Table]

    init(_ shapes: [SourceShape]) {
        all = shapes.map { SelfTestReport.Table(name: $0.source.name) }
    }

    /// Notes what could not be tried.
    mutating func note(_ obstacle: String, of shape: SourceShape) {
        change(shape) { if !$0.notTried.contains(obstacle) { $0.notTried.append(obstacle) } }
    }

    mutating func note(_ samples: SampleRows) {
        change(samples.shape) { table in
            table.rows = samples.images.count
            table.isMadeUp = samples.isMadeUp
            if let refusal = samples.refusal {
                table.notTried.append("its own rows, which could not be read: \(refusal)")
            }
        }
    }

    /// Adds what became of their changes.
    mutating func add(_ figures: [SelfTestReport.Table]) {
        for figure in figures {
            guard let place = all.firstIndex(where: { $0.name == figure.name }) else { continue }
            all[place].captured = figure.captured
            all[place].outcomes = figure.outcomes
            all[place].dead = figure.dead
        }
    }

    private mutating func change(_ shape: SourceShape, _ body: (inout SelfTestReport.Table) -> Void) {
        guard let place = all.firstIndex(where: { $0.name == shape.source.name }) else { return }
        body(&all[place])
    }
}
