package import Postgres

/// Brings a database to the schema this binary needs.
///
/// Each step is one transaction, which decides what to do under one advisory lock: any number of migrators
/// can run at once, even over transaction poolers, and one that dies blocks no other.
package struct Migrator: Sendable {
    private let definition: SchemaDefinition
    private let script: MigrationScript

    package init(
        definition: SchemaDefinition = .embedded,
        binaryVersion: String,
        lockTimeout: Duration = .seconds(10)
    ) {
        self.definition = definition
        script = MigrationScript(binaryVersion: binaryVersion, lockTimeout: lockTimeout)
    }

    /// The state of the database; changes nothing, and works on standbys.
    ///
    /// Checking whether owners, rights and triggers are unchanged takes a while, so it is optional.
    package func status(
        on connection: PostgresConnection,
        comparing: Bool = false
    ) async throws -> SchemaStatus {
        try await connection.withSession { session in
            try session.transaction(TransactionOptions(isReadOnly: true)) {
                try session.runScript(script.settings)
                return try status(SchemaReader(session), comparing: comparing)
            }
        }
    }

    /// What is left to do, as a script for psql with the same effect as `migrate`.
    package func pendingScript(on connection: PostgresConnection) async throws -> String {
        let status = try await status(on: connection, comparing: true)
        if let conflict = status.plan.conflict { throw conflict }
        return script.text(for: status.plan)
    }

    /// Everything, as a script for psql that does to an empty database what `migrate` does.
    package var installationScript: String {
        script.text(for: SchemaPlan(from: .empty, to: definition))
    }

    /// Applies what is missing and returns the names of the steps this migrator took.
    @discardableResult
    package func migrate(
        on connection: PostgresConnection,
        reporting report: (MigrationEvent) -> Void = { _ in }
    ) async throws -> [String] {
        var status = try await status(on: connection)
        if let conflict = status.plan.conflict { throw conflict }
        if status.plan.steps.isEmpty { status = try await self.status(on: connection, comparing: true) }
        guard !status.plan.steps.isEmpty else {
            try await cutRanges(on: connection, reporting: report)
            return []
        }
        if let obstacle = status.facts.obstacle { throw obstacle }

        var taken: [SchemaPlan.Step] = []
        var rival: Rival?
        while true {
            let clock = ContinuousClock()
            let start = clock.now
            let (outcome, notices) = try await connection.withSession { [taken, rival] session in
                _ = session.takeNotices()
                let outcome = try session.transaction {
                    try takeStep(on: session, after: taken, waitingFor: rival)
                }
                return (outcome, session.takeNotices())
            }
            for notice in notices { report(.notice(notice)) }
            switch outcome {
            case .nothingLeft:
                try await cutRanges(on: connection, reporting: report)
                return taken.map(\.description)
            case .busy(let holder):
                report(.waiting(for: holder))
                rival = Rival(holder: holder)
            case .taken(let step):
                taken.append(step)
                rival = nil
                report(.applied(step: step.description, duration: clock.now - start))
            }
        }
    }

    /// Cuts the tables that are kept in ranges, and makes the next of these.
    ///
    /// Each step is a transaction, which gives up rather than keep a writer waiting. What is not done after some
    /// tries, a worker continues.
    private func cutRanges(
        on connection: PostgresConnection,
        reporting report: (MigrationEvent) -> Void
    ) async throws {
        for table in ["sync_logs", "sync_audit_log"] {
            var tries = 0
            while true {
                let state = try await connection.withSession { session -> String? in
                    do {
                        return try session.transaction { try cutStep(of: table, on: session) }
                    } catch let error as PostgresError where error.sqlState == .lockNotAvailable {
                        return "busy"
                    }
                }
                guard let state, state != "done" else { break }
                guard state == "busy" else { continue }
                tries += 1
                guard tries < Self.mostTries else {
                    report(.gaveUpCutting(table: "pgsync.\(table)"))
                    break
                }
                try await Task.sleep(for: .milliseconds(.random(in: 100...500)))
            }
        }
    }

    private static let mostTries = 10

    /// The step that was taken; nil where there is nothing to cut, or for a user who may not.
    private func cutStep(of table: String, on session: Session) throws -> String? {
        try session.runScript(script.settings)
        let mayAct = try session.query(
            """
            select coalesce(bool_or(pg_has_role(schema.nspowner, 'member')), false)
            from pg_catalog.pg_namespace as schema
            where schema.nspname = 'pgsync'
            """
        ).onlyRow().decode(0, as: Bool.self)
        guard mayAct else { return nil }
        try session.runScript(MigrationScript.actAsOwner)
        let canCut = try session.query(
            "select to_regprocedure('pgsync.cut_step(text)') is not null"
        ).onlyRow().decode(0, as: Bool.self)
        guard canCut else { return nil }
        let state = try session.query("select pgsync.cut_step(\(table))").onlyRow().decode(0, as: String.self)
        if state == "done" { try session.execute("select pgsync.make_ranges()") }
        return state
    }

    /// The migrator that this one waits for; its session is unknown if it has just ended.
    private struct Rival {
        let holder: LockHolder?
    }

    private enum Outcome {
        case nothingLeft
        case busy(LockHolder?)
        case taken(SchemaPlan.Step)
    }

    /// Takes the next step, in an open transaction.
    private func takeStep(
        on session: Session,
        after taken: [SchemaPlan.Step],
        waitingFor rival: Rival?
    ) throws -> Outcome {
        try session.runScript(script.settings)
        let reader = SchemaReader(session)
        guard try lock(session, waitingFor: rival) else { return .busy(try reader.lockHolder()) }

        var status = try status(reader, comparing: false)
        if let conflict = status.plan.conflict { throw conflict }
        // The roles are recorded only after the last step, so they would be planned until then.
        let hasAppliedRoles = taken.contains(where: \.isRoles)
        func next(_ plan: SchemaPlan) -> SchemaPlan.Step? {
            plan.steps.first { !($0.isRoles && hasAppliedRoles) }
        }
        // Comparing takes a moment, and the objects restore what it finds.
        if next(status.plan)?.isObjects != false { status = try self.status(reader, comparing: true) }
        guard let step = next(status.plan) else { return .nothingLeft }
        // The objects come last, so what they did not restore needs a user with more rights.
        if taken.last?.isObjects == true, step.isObjects, !status.deviations.isEmpty {
            throw SchemaError.notRestored(status.deviations, user: status.facts.user)
        }
        do {
            try session.runScript(script.changes(of: step))
        } catch let error as PostgresError where error.kind == .server {
            throw error.sqlState == .lockNotAvailable
                ? SchemaError.lockTimeout(step: step.description, holder: nil)
                : SchemaError.stepFailed(
                    step: step.description,
                    reason: error.description,
                    report: error.debugDescription
                )
        }
        return .taken(step)
    }

    /// Takes the lock until the transaction ends: at once or not at all, or waiting if the holder is known.
    private func lock(_ session: Session, waitingFor rival: Rival?) throws -> Bool {
        let key = MigrationScript.advisoryLock
        guard let rival else {
            return try session.query("select pg_try_advisory_xact_lock(\(key))").onlyRow().decode(0)
        }
        do {
            try session.query("select pg_advisory_xact_lock(\(key))")
        } catch let error as PostgresError where error.sqlState == .lockNotAvailable {
            throw SchemaError.lockTimeout(step: "pgsync migrate", holder: rival.holder)
        }
        return true
    }

    private func status(_ reader: SchemaReader, comparing: Bool) throws -> SchemaStatus {
        let facts = try reader.facts()
        return SchemaStatus(
            facts: facts,
            records: try reader.records(facts),
            deviations: comparing ? try reader.deviations(facts) : [],
            definition: definition
        )
    }
}
