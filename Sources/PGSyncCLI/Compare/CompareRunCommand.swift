import Arguments
import Concurrency
import Files
import JSON
import PGSyncCompare
import PGSyncDelivery
import PGSyncImport
import PGSyncOperations
import PGSyncStore
import Postgres
import Services

/// The command `pgsync compare run`.
struct CompareRunCommand: Command {
    var name = ""
    var moreEntities: [String] = []
    var entities: String?
    var sync = false
    var dryRun = false
    var force = false
    var output: String?
    var summaryFile: String?
    var once = false
    var interval: Duration?
    var background = false

    static let signature = Signature(
        "run",
        "Compare both sides, and mend what differs too much.",
        discussion: """
            With --sync, an entity is mended when more rows differ than its threshold, or its verdict is CRITICAL; but not \
            when more than a fifth differs, unless --force. It ends with 1 if an entity was not compared.
            """,
        examples: [
            .init("pgsync compare run zoho", "Only compare."),
            .init("pgsync compare run zoho --sync --dry-run", "Say what would be mended."),
            .init("pgsync compare run zoho --sync --interval 12h", "Again and again, until Ctrl-C."),
        ],
        exitCodes: [.noTable, .notPermitted, .recordsLeft, .stoppedByGuard]
    )
    static let parameters: [Parameter<Self>] = [
        .comparisonName(\.name),
        .option("entities", \.entities, placeholder: "ENTITY…", help: "Only these entities. [default: all]"),
        .flag("sync", \.sync, help: "Mend what is due."),
        .flag("dry-run", \.dryRun, help: "Mend nothing; say what would be."),
        .flag("force", \.force, help: "Mend, however much differs."),
        .option(
            "output",
            \.output,
            placeholder: "FILE",
            isPath: true,
            help: "Also write the report, as JSON."
        ),
        .option(
            "summary-file",
            \.summaryFile,
            placeholder: "FILE",
            isPath: true,
            help: "Append a summary of the run."
        ),
        .flag("once", \.once, help: "Run once, which is the default."),
        .option("interval", \.interval, help: "Again each so long, such as 12h."),
        .flag("background", \.background, help: "Leave it to a worker."),
        .argument("ENTITY", \.moreEntities, help: "Further entities, after --entities."),
    ]

    func validate() throws {
        if once, interval != nil { throw UsageProblem.conflict("--once and --interval exclude each other") }
        if background, interval != nil || output != nil || summaryFile != nil {
            throw UsageProblem.conflict("--background leaves no report to write")
        }
        if !moreEntities.isEmpty, entities == nil {
            throw UsageProblem.conflict("entities are named after --entities")
        }
    }

    private var wanted: [String]? {
        entities.map { $0.split(separator: ",").map(String.init) + moreEntities }
    }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync compare")
        let shutdown = Shutdown()
        let listener = SignalListener(eventSignals: [])
        do {
            return try await listener.listen(requesting: shutdown) {
                guard let interval else { return try await runOnce(database, shutdown, globals, context) }
                return try await runAgain(every: interval, database, shutdown, globals, context)
            }
        } catch is CancellationError {
            guard let signal = listener.stopSignal else { throw CancellationError() }
            throw CommandError.interrupted(by: signal)
        } catch let error as PostgresError where error.kind == .cannotConnect {
            throw CommandError.cannotConnect(error, source: database.source)
        }
    }

    private func runAgain(
        every interval: Duration,
        _ database: Database,
        _ shutdown: Shutdown,
        _ globals: GlobalOptions,
        _ context: CommandContext
    ) async throws -> ExitCode {
        if !globals.quiet {
            context.say(
                "compares every \(interval.roughly)\(sync ? dryRun ? ", as a dry run" : ", with sync" : ""); to end: Ctrl-C"
            )
        }
        var code = ExitCode.success
        while !shutdown.isRequested {
            let start = ContinuousClock.now
            code = try await runOnce(database, shutdown, globals, context)
            if try await shutdown.sleep(for: max(interval - (ContinuousClock.now - start), .seconds(1))) {
                break
            }
        }
        return code
    }

    private func runOnce(
        _ database: Database,
        _ shutdown: Shutdown,
        _ globals: GlobalOptions,
        _ context: CommandContext
    ) async throws -> ExitCode {
        let asked = try await database.change { [self] session in
            let store = CompareStore(session)
            _ = try store.definition(name)
            return try store.request(name, entities: wanted, heals: sync, isDry: dryRun, trigger: "cli")
        }
        guard !background else {
            if globals.json {
                try context.print(["job": JSONValue(Int(asked.job)), "new": .bool(asked.isNew)])
            } else if !globals.quiet {
                try context.print(
                    "job \(asked.job) \(asked.isNew ? "was asked for" : "is under way"); to watch it: "
                        + "pgsync jobs watch \(asked.job)"
                )
            }
            return .success
        }
        if !asked.isNew { context.say("job \(asked.job) is under way already") }
        let watcher = watch(asked.job, database, globals, context)
        defer { watcher?.cancel() }
        try await work(asked.job, database, shutdown, globals, context)
        let (report, job) = try await database.read { session in
            (
                CompareReport(json: try CompareStore(session).report(asked.job)),
                try JobStore(session).job(asked.job)
            )
        }
        guard job.state.hasEnded else {
            context.say("stopped; to go on: pgsync compare run \(name.shellWord)")
            return .problemsFound
        }
        if let output {
            let file = try OutputFile(output)
            try file.write(report.json.text() + "\n")
            try file.finish()
        }
        if let summaryFile {
            try OutputFile.writing(summaryFile) { () throws(FileError) in
                try FileWriter.append(report.block, to: summaryFile, creating: true)
            }
        }
        if globals.json {
            try context.print(report.json)
        } else if !globals.quiet {
            try context.output.write(report.summary)
        }
        guard report.hasFinished else {
            context.say("the run \(job.state.rawValue): \(report.text("error_message"))")
            return .problemsFound
        }
        return report.exitCode
    }

    /// Tells whoever looks at a terminal what the job is at.
    private func watch(
        _ job: Int64,
        _ database: Database,
        _ globals: GlobalOptions,
        _ context: CommandContext
    ) -> Task<Void, any Error>? {
        guard !globals.quiet, !globals.json, context.errors.terminal.isInteractive else { return nil }
        return Task {
            var told: String?
            while true {
                try await ContinuousClock().sleep(for: .seconds(1))
                let state = try await database.read { try JobStore($0).job(job) }
                guard let phase = state.phase, let message = state.message, !state.state.hasEnded else {
                    continue
                }
                let share = state.expected.map { " (\((state.done ?? 0).grouped) of \($0.grouped))" } ?? ""
                let line = "\(phase): \(message)\(share)"
                if line != told { context.say(line) }
                told = line
            }
        }
    }

    /// Runs the job here, and the imports that it waits for.
    private func work(
        _ job: Int64,
        _ database: Database,
        _ shutdown: Shutdown,
        _ globals: GlobalOptions,
        _ context: CommandContext
    ) async throws {
        let site = DeliverySite.current(credentials: database.credentialFiles(in: context.environment))
        let runner = JobRunner([
            CompareOperation(to: database.options, site: site, ignoresGuard: force),
            ImportOperation(to: database.options, site: site),
        ])
        var told: String?
        while !shutdown.isRequested {
            let report = try await PostgresConnection.withConnection(to: database.options) { connection in
                try await runner.run(job, on: connection, until: shutdown)
            }
            let (state, imports) = try await database.read { session in
                (try JobStore(session).job(job).state, try CompareStore(session).imports(of: job))
            }
            guard !state.hasEnded else { return }
            if !globals.quiet, let reason = report?.reason, reason != told {
                context.say(reason)
                told = reason
            }
            for import_ in imports where !shutdown.isRequested {
                _ = try await PostgresConnection.withConnection(to: database.options) { connection in
                    try await runner.run(import_, on: connection, until: shutdown)
                }
            }
            if try await shutdown.sleep(for: .milliseconds(500)) { return }
        }
    }
}

extension CompareReport {
    var exitCode: ExitCode {
        if entities.contains(where: { !$0.isCompared }) { return .problemsFound }
        if entities.contains(where: \.isGuarded) { return .stoppedByGuard }
        let isLeft = entities.contains { entity in
            entity.count("differences") > entity.count("healed")
                && (entity.isDue || ["warning", "critical"].contains(entity.verdict))
        }
        return isLeft ? .recordsLeft : .success
    }
}
