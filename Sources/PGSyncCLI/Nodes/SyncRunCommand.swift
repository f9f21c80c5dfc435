import Arguments
import Files
import JSON
import PGSyncDelivery
import PGSyncNodes
import PGSyncOperations
import PGSyncStore
import Postgres
import Services

/// The command `pgsync sync run`.
struct SyncRunCommand: Command {
    var master: String?
    var masterURL: String?
    var tables: ColumnList?
    var dryRun = false
    var force = false
    var statusFile: String?

    static let signature = Signature(
        "run",
        "Exchange records with the master now, both ways.",
        discussion: """
            MASTER_URL names the master where none has joined, MASTER_TOKEN its token; with SYNC_ENABLED=false nothing is \
            done. An exchange stops where more than 1,000 records of a table, or a fifth of them, would be deleted.
            """,
        examples: [
            .init("pgsync sync run", "Exchange what has changed."),
            .init("pgsync sync run --dry-run", "Say what would be sent, and try the master."),
            .init("pgsync sync run --force", "Also what the guard stops, and what the master has refused."),
        ],
        exitCodes: [.noTable, .notPermitted, .recordsLeft, .stoppedByGuard, .otherSide]
    )
    static let parameters: [Parameter<Self>] = [
        .flag("dry-run", \.dryRun, help: "Change nothing."),
        .flag("force", \.force, help: "Let as much be deleted as there is."),
        .option("master-url", \.masterURL, placeholder: "URL", help: "Where the master is, from now on."),
        .option("tables", \.tables, help: "Only these tables, from now on."),
        .master(\.master),
        .option(
            "status-file",
            \.statusFile,
            placeholder: "FILE",
            isPath: true,
            help: "Also write the status here, as JSON."
        ),
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let settings = try SyncSettings(context.environment)
        let database = try Database(globals, in: context, program: "pgsync sync")
        guard settings.isEnabled else {
            if globals.json {
                try context.print(["enabled": false])
            } else if !globals.quiet {
                context.say("SYNC_ENABLED is false; nothing was done")
            }
            return .success
        }
        let found = try await prepare(database, settings)
        if dryRun { return try await try_(found, database, globals, in: context) }
        let (job, isNew) = try await database.change { [force] session in
            try NodeStore(session).request(found.name, force: force)
        }
        let site = DeliverySite.current(credentials: database.credentialFiles(in: context.environment))
        let file = statusFile.map(StatusFile.init)
        let operation = SyncOperation(site: site, once: true) { status in file?.write(status) }
        let report = try await exchange(job, operation, database)
        guard let report else {
            context.say(
                isNew
                    ? "another session makes the exchange; to watch it: pgsync jobs watch \(job)"
                    : "an exchange is under way; to watch it: pgsync jobs watch \(job)"
            )
            return .success
        }
        return try await tell(report, found.name, database, globals, in: context)
    }

    /// Makes the master known that the options or the environment name.
    private func prepare(_ database: Database, _ settings: SyncSettings) async throws -> Master {
        try await database.change { [self] session in
            let store = NodeStore(session)
            var name = master
            if let masterURL {
                let own = master ?? SyncSettings.defaultName
                let isKnown = try store.masters().contains { $0.name == own }
                try store.join(
                    own,
                    urls: SyncSettings.urls(masterURL, of: "--master-url"),
                    secret: isKnown ? nil : SyncSettings.defaultSecret,
                    tables: nil
                )
                name = own
            } else if master == nil {
                try store.follow(settings)
            }
            let found = try store.master(name)
            if let tables {
                let urls = [found.baseURL] + found.otherURLs
                try store.join(found.name, urls: urls, secret: nil, tables: tables.names)
            }
            return found
        }
    }

    private func exchange(
        _ job: Int64,
        _ operation: SyncOperation,
        _ database: Database
    ) async throws -> JobRunner.Report? {
        let runner = JobRunner([operation])
        let shutdown = Shutdown()
        let listener = SignalListener(eventSignals: [])
        do {
            return try await listener.listen(requesting: shutdown) {
                try await PostgresConnection.withConnection(to: database.options) { connection in
                    try await runner.run(job, on: connection, until: shutdown)
                }
            }
        } catch is CancellationError {
            guard let signal = listener.stopSignal else { throw CancellationError() }
            throw CommandError.interrupted(by: signal)
        } catch let error as PostgresError where error.kind == .cannotConnect {
            throw CommandError.cannotConnect(error, source: database.source)
        }
    }

    private func tell(
        _ report: JobRunner.Report,
        _ name: String,
        _ database: Database,
        _ globals: GlobalOptions,
        in context: CommandContext
    ) async throws -> ExitCode {
        let (job, found) = try await database.read { session in
            (try JobStore(session).job(report.id), try NodeStore(session).master(name))
        }
        func count(_ name: String) -> Int { job.counts[name]?.number?.int ?? 0 }
        if globals.json {
            try context.print([
                "job": JSONValue(job.id), "state": .string(job.state.rawValue),
                "error_class": job.errorClass.map { .string($0) } ?? .null,
                "error_message": report.reason.map { .string($0) } ?? .null,
                "counts": job.counts,
                "exchange": found.status,
            ])
        } else if let reason = report.reason {
            context.say("\(job.state.rawValue): \(reason)")
        } else if !globals.quiet {
            let parts = [
                "downloaded \(count("downloaded"))", "written \(count("written"))",
                "deleted \(count("deleted"))",
                "uploaded \(count("uploaded"))", "conflicts \(count("conflicts"))",
                "refused \(count("refused") + count("failed"))",
            ]
            try context.print(parts.joined(separator: " · "))
        }
        switch job.state {
        // Some were left out before, or differ.
        case .completed: return found.status["status"] == "partial" ? .recordsLeft : .success
        case .partial: return .recordsLeft
        default:
            return switch job.errorClass {
            case "guard.deletes": .stoppedByGuard
            case let name? where name.hasPrefix("call."): .otherSide
            default: .problemsFound
            }
        }
    }

    /// Says what would be exchanged.
    private func try_(
        _ found: Master,
        _ database: Database,
        _ globals: GlobalOptions,
        in context: CommandContext
    ) async throws -> ExitCode {
        let site = DeliverySite.current(credentials: database.credentialFiles(in: context.environment))
        let trial = try await database.withSchema { connection in
            try await ExchangeTrial(master: found.name, site: site).run(on: connection)
        }
        if globals.json {
            try context.print(trial.json)
        } else {
            for line in trial.lines { try context.print(line) }
        }
        return trial.problem == nil ? .success : .otherSide
    }
}

/// The file that the status of exchanges is written to, as a whole each time.
struct StatusFile: Sendable {
    let path: String

    init(path: String) { self.path = path }

    func write(_ status: String) {
        do throws(FileError) {
            let file = try ReplacementFile(path, mode: 0o644)
            try file.write(status + "\n")
            try file.finish(durably: false)
        } catch {
            // Who reads it is told by the next one.
        }
    }
}
