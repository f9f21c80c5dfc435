import Arguments
import JSON
import PGSyncCore
import PGSyncSchema
import PGSyncStore
import Postgres

/// The command `pgsync migrate`.
struct MigrateCommand: Command {
    enum Script: String, ArgumentValue, CaseIterable {
        case all, pending, roles
    }

    var status = false
    var script: Script?
    var dryRun = false
    var lockTimeout = Duration.seconds(10)

    static let signature = Signature(
        "migrate",
        "Install or update the schema in the database.",
        discussion: """
            Each step is a transaction under a lock: several migrations can run at once, and an interrupted one \
            leaves nothing half done. Running it again changes nothing.

            It needs a user who owns the database or can create schemas in it; no superuser.
            """,
        examples: [
            .init("pgsync migrate --status", "Show what has been applied and what is missing."),
            .init(
                "pgsync migrate --print all | psql -X -v ON_ERROR_STOP=1",
                "Install by hand, after reading the script."
            ),
            .init("pgsync migrate --print roles | psql", "Create the roles as an administrator."),
        ],
        exitCodes: [.lockTimeout, .notPermitted, .schemaTooNew, .schemaChanged, .unsuitableServer]
    )

    static let parameters: [Parameter<Self>] = [
        .flag("status", \.status, help: "Show what has been applied and what is missing; change nothing."),
        .option(
            "print",
            \.script,
            placeholder: "WHAT",
            bareValue: .all,
            help:
                "Print the SQL for a new installation, for what is missing, or for the roles; change nothing."
        ),
        .flag(
            "dry-run",
            \.dryRun,
            help: "Show what would be applied, and whether it is possible; change nothing."
        ),
        .option(
            "lock-timeout",
            \.lockTimeout,
            limits: .within(.milliseconds(1) ... .seconds(86_400)),
            help: "How long to wait for any lock before giving up."
        ),
    ]

    func validate() throws {
        guard [status, script != nil, dryRun].count(where: \.self) <= 1 else {
            throw UsageProblem.conflict("choose one of --status, --print and --dry-run")
        }
    }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let migrator = Migrator(binaryVersion: Version.number, lockTimeout: lockTimeout)
        switch script {
        case .all: try context.output.write(migrator.installationScript)
        case .roles: try context.output.write(SchemaDefinition.embedded.rolesScript)
        case .pending:
            let script = try await database(globals, context).withConnection {
                try await migrator.pendingScript(on: $0)
            }
            try context.output.write(script)
        case nil where status || dryRun:
            let status = try await database(globals, context).withConnection {
                try await migrator.status(on: $0, comparing: true)
            }
            let report = SchemaStatusReport(status)
            try globals.json ? context.print(report.json) : context.output.write(report.text)
            if let conflict = status.plan.conflict { throw conflict }
            if dryRun, !status.plan.steps.isEmpty, let obstacle = status.facts.obstacle { throw obstacle }
        case nil:
            try await apply(migrator, globals, context)
        }
        return .success
    }

    private func apply(
        _ migrator: Migrator,
        _ globals: GlobalOptions,
        _ context: CommandContext
    ) async throws {
        let database = try database(globals, context)
        let report = try await database.withConnection { connection in
            var report = MigrationReport(showsProgress: !globals.json && !globals.quiet, in: context)
            let start = ContinuousClock.now
            try await migrator.migrate(on: connection) { report.take($0) }
            report.duration = .now - start
            guard report.hasApplied else { return report }
            report.tablesToRenew = try await connection.withSession { session in
                do {
                    let findings = try CaptureInspection(session).findings()
                    return Set(findings.filter(\.isMendedByReattaching).map(\.table)).sorted()
                } catch let error as PostgresError where error.sqlState == .insufficientPrivilege {
                    // A user who can become the owner of the schema may lack the owner's rights; doctor tells
                    // other users.
                    return []
                }
            }
            return report
        }
        if globals.json {
            try context.print(report.json)
        } else if !globals.quiet {
            try context.print(report.summary)
        }
    }

    private func database(_ globals: GlobalOptions, _ context: CommandContext) throws -> Database {
        try Database(globals, in: context, program: "pgsync migrate")
    }
}

/// Reports a migration as it runs, with a summary at the end.
struct MigrationReport: Sendable {
    var duration = Duration.zero
    /// Attached tables that an earlier version captures, which should not stay so for long.
    var tablesToRenew: [String] = []
    private var applied: [(step: String, duration: Duration)] = []
    private var notices: [ServerNotice] = []
    private let showsProgress: Bool
    private let context: CommandContext

    init(showsProgress: Bool, in context: CommandContext) {
        self.showsProgress = showsProgress
        self.context = context
    }

    mutating func take(_ event: MigrationEvent) {
        switch event {
        case .waiting(let holder):
            if showsProgress {
                context.say("waiting for \(holder?.description ?? "another migration, which has just ended")")
            }
        case .applied(let step, let duration):
            applied.append((step, duration))
            if showsProgress { context.say("applied \(step)  \(duration.text)") }
        case .notice(let notice):
            notices.append(notice)
            // A warning is a problem, which even a quiet program reports.
            if showsProgress || notice.isWarning { context.say(lines: notice.lines) }
        case .gaveUpCutting(let table):
            context.say(
                "\(table) is not kept in ranges yet, because other sessions hold it: a worker goes on, or pgsync migrate"
            )
        }
    }

    var hasApplied: Bool { !applied.isEmpty }

    var summary: String {
        let end =
            applied.isEmpty
            ? "the schema is up to date"
            : "the schema is up to date: \(applied.count) \(applied.count == 1 ? "step" : "steps") in \(duration.text)"
        guard !tablesToRenew.isEmpty else { return end }
        let tables = tablesToRenew.count == 1 ? "1 table is" : "\(tablesToRenew.count) tables are"
        return end + "\n" + "\(tables) captured as an earlier version did; as who owns them, run: "
            + Self.renewal
    }

    private static let renewal = "select pgsync.reattach(source_table) from pgsync.sources where attached;"

    var json: JSONValue {
        [
            "applied": .array(applied.map { ["step": .string($0.step), "seconds": $0.duration.seconds] }),
            "notices": .array(notices.map(\.json)),
            "seconds": duration.seconds, "tables_to_renew": .array(tablesToRenew.map(JSONValue.string)),
        ]
    }
}
