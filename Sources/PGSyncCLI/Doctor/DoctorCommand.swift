import Arguments
import Glibc
import PGSyncCore
import PGSyncSchema
import PGSyncStore
import Postgres

/// The command `pgsync doctor`.
struct DoctorCommand: Command {
    var strict = false
    var restored = false

    static let signature = Signature(
        "doctor",
        "Find what is wrong, and say how to fix it.",
        discussion: """
            Without --restored it changes nothing and works for any user; it notes what that user may not see. Notes and warnings are \
            not failures; with --strict, warnings are. After a restore, --restored first has all nodes load everything anew, \
            because this database may lack what they were told.
            """,
        examples: [
            .init("pgsync doctor --quiet", "Show only what is wrong."),
            .init("pgsync doctor --strict --json", "Check from a script or a monitor."),
        ],
        exitCodes: [.problemsFound]
    )
    static let parameters: [Parameter<Self>] = [
        .flag("strict", \.strict, help: "Exit with code 1 for warnings, too."),
        .flag("restored", \.restored, help: "The database was restored from a backup."),
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync doctor")
        if restored {
            try await Self.beginIncarnation(of: database)
            if !globals.quiet { context.say("nodes load everything anew the next time they call") }
        }
        let findings = try await database.withConnection { connection in
            let schema = try await Self.schema(connection)
            return try await connection.withSession { session in
                let reader = ServerFactsReader(
                    session,
                    expectedRoles: SchemaDefinition.roles,
                    now: Self.now
                )
                return Check.findings(reader.facts(schema: schema))
            }
        }
        let report = DoctorReport(findings, isQuiet: globals.quiet)
        try globals.json
            ? context.print(report.json)
            : context.output.writeUnescaped(report.text(on: context.output.terminal))
        let limit = strict ? Severity.warning : .problem
        return findings.contains { $0.severity >= limit } ? .problemsFound : .success
    }

    private static func beginIncarnation(of database: Database) async throws {
        try await database.withSchema { connection in
            let options = TransactionOptions(isolation: .readCommitted)
            try await connection.withTransaction(options) { try NodeStore($0).beginIncarnation() }
            guard try await connection.withTransaction(options, { try NodeStore($0).needsTick() }) else {
                return
            }
            let tick = try await connection.withTransaction(options) { try VersionStore($0).tick() }
            try await connection.withTransaction(options) { try NodeStore($0).startFold(from: tick) }
        }
    }

    private static func schema(_ connection: PostgresConnection) async throws -> Reading<ServerFacts.Schema> {
        do {
            let migrator = Migrator(binaryVersion: Version.number)
            let status = try await migrator.status(on: connection, comparing: true)
            return .known(ServerFacts.Schema(status))
        } catch let error as SchemaError {
            // Without an owner it is this user alone who may not.
            if case .notReadable(_, owner: _?) = error { return .known(.unusable(reason: "\(error).")) }
            return .unknown("\(error).")
        }
    }

    /// The time of this machine since 1970.
    private static func now() -> Duration {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}

extension ServerFacts.Schema {
    init(_ status: SchemaStatus) {
        let plan = status.plan
        if let conflict = plan.conflict {
            self = .unusable(reason: "\(conflict).")
        } else if !status.facts.isInstalled {
            self = .missing
        } else if !plan.newerMigrations.isEmpty {
            self = .newer(migrations: plan.newerMigrations.map(\.path))
        } else if status.isBehind {
            self = .behind(steps: plan.steps.map(\.description))
        } else {
            self = .upToDate(
                migrations: status.records.count { $0.number != nil },
                deviations: status.deviations.isEmpty ? nil : SchemaDeviation.sentence(status.deviations)
            )
        }
    }
}
