import Arguments
import Days
import JSON
import PGSyncDelivery
import PGSyncImport
import PGSyncOperations
import PGSyncStore
import Postgres
import Services

enum ImportType: String, ArgumentValue, CaseIterable {
    case initial, daily, manual

    static var placeholder: String { "TYPE" }
}

/// The command `pgsync import run`.
struct ImportRunCommand: Command {
    var name = ""
    var type = ImportType.daily
    var streams: [String] = []
    var since: Day?
    var until: Day?
    var mark = false
    var dryRun = false
    var background = false

    static let signature = Signature(
        "run",
        "Fetch what is new from an API, or all of its history.",
        discussion: """
            initial reads all that has not been read, the oldest first; daily the newest first, and the last of it once \
            more; manual a span of its own. If a run is under way, this session fetches for it. Ctrl-C ends this session's \
            part; the same command goes on.

            A wait for the API, or for its budget, is waited for here; with --background a worker does all of it. It ends \
            with 1 where the run failed, or where rows are left that cannot be written: see pgsync jobs show.
            """,
        examples: [
            .init("pgsync import run irelandpay --type initial", "Read the history."),
            .init(
                "pgsync import run irelandpay --dry-run",
                "Read three pages of each stream, and write nothing."
            ),
            .init(
                "pgsync import run irelandpay --type manual --since 2026-11-01",
                "Read what changed since then."
            ),
        ],
        exitCodes: [.noTable, .notPermitted, .refused]
    )
    static let parameters: [Parameter<Self>] = [
        .importName(\.name),
        .option("type", \.type, help: "What to read."),
        .option("stream", \.streams, placeholder: "STREAM", help: "Only this stream; may be repeated."),
        .option("since", \.since, help: "Only what changed from this day on, with --type manual."),
        .option("until", \.until, help: "Only what changed before this day, with --type manual."),
        .flag("mark", \.mark, help: "Count the span of a manual run as read."),
        .flag("dry-run", \.dryRun, help: "Write nothing."),
        .flag("background", \.background, help: "Leave it to a worker."),
    ]

    func validate() throws {
        if type != .manual, since != nil || until != nil || mark {
            throw UsageProblem.conflict("--since, --until and --mark need --type manual")
        }
    }

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync import")
        var request = ImportStore.Request()
        request.type = type.rawValue
        request.streams = streams.isEmpty ? nil : streams
        request.since = since.map { Timestamp(beginningOf: $0) }
        request.until = until.map { Timestamp(beginningOf: $0) }
        request.marks = mark
        request.isDry = dryRun
        request.trigger = "cli"
        return try await ImportSession(
            name: name,
            request: request,
            inBackground: background,
            database: database
        )
        .run(globals, in: context)
    }
}

/// The command `pgsync import retry`.
struct ImportRetryCommand: Command {
    var name = ""
    var errorClass: String?
    var background = false

    static let signature = Signature(
        "retry",
        "Try the failed items of an import again.",
        discussion: """
            Without --class those whose time has come, as a worker does by itself; with it, all of that class that are not \
            resolved, also those that were given up. Each is fetched anew if its stream has a path for one item; else what \
            was kept of it is read again.
            """,
        examples: [
            .init("pgsync import retry irelandpay --class 'data.*'", "After the data was put right.")
        ],
        exitCodes: [.noTable, .notPermitted]
    )
    static let parameters: [Parameter<Self>] = [
        .importName(\.name),
        .option(
            "class",
            \.errorClass,
            placeholder: "CLASS",
            help: "A class of failures, such as data.type or data.*."
        ),
        .flag("background", \.background, help: "Leave it to a worker."),
    ]

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync import")
        var request = ImportStore.Request()
        request.type = "retry"
        request.retriedClass = errorClass
        request.trigger = "cli"
        return try await ImportSession(
            name: name,
            request: request,
            inBackground: background,
            database: database
        )
        .run(globals, in: context)
    }
}

/// Asks for a run of an import, runs it, and says how it ended.
struct ImportSession {
    let name: String
    let request: ImportStore.Request
    let inBackground: Bool
    let database: Database

    private static let pollEvery = Duration.milliseconds(500)

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let asked = try await database.change { [self] session in
            _ = try ImportStore(session).definition(name)
            return try ImportStore(session).request(name, request)
        }
        guard !inBackground else {
            if globals.json {
                try context.print(try await found(asked.job).json)
            } else if !globals.quiet {
                try context.print(
                    asked.isNew
                        ? "job \(asked.job) was asked for; to watch it: pgsync jobs watch \(asked.job)"
                        : "job \(asked.job) is under way; to watch it: pgsync jobs watch \(asked.job)"
                )
            }
            return .success
        }
        if !asked.isNew { context.say("job \(asked.job) is under way; this session fetches for it") }
        let shutdown = Shutdown()
        let listener = SignalListener(eventSignals: [])
        let display = ImportDisplay(isShown: !globals.quiet && !globals.json, in: context)
        do {
            try await listener.listen(requesting: shutdown) {
                try await fetch(asked.job, shutdown, display, context)
            }
        } catch is CancellationError {
            guard let signal = listener.stopSignal else { throw CancellationError() }
            throw CommandError.interrupted(by: signal)
        } catch let error as PostgresError where error.kind == .cannotConnect {
            throw CommandError.cannotConnect(error, source: database.source)
        }
        try display.finish()
        let run = try await found(asked.job)
        if globals.json {
            try context.print(run.json)
        } else if !globals.quiet {
            try context.output.write(run.text(width: context.output.terminal.tableWidth))
        }
        guard run.hasEnded else {
            context.say(
                run.waitsUntil == .infinity
                    ? "what was read stays. To go on, once it is put right: pgsync endpoint resume \(name.shellWord)"
                    : "stopped; what was read stays. To go on: pgsync import run \(name.shellWord)"
            )
            return listener.stopSignal.map(ExitCode.stopped) ?? .problemsFound
        }
        return run.state == "completed" ? .success : .problemsFound
    }

    private func found(_ job: Int64) async throws -> ImportRun {
        try await database.read { try ImportStore($0).run(job) }
    }

    private func fetch(
        _ job: Int64,
        _ shutdown: Shutdown,
        _ display: ImportDisplay,
        _ context: CommandContext
    ) async throws {
        let site = DeliverySite.current(credentials: database.credentialFiles(in: context.environment))
        let runner = JobRunner([ImportOperation(to: database.options, site: site)])
        // One session looks, and shows what it sees, while others fetch.
        try await PostgresConnection.withConnection(to: database.options) { looking in
            let watcher = Task {
                while try await !shutdown.sleep(for: Self.pollEvery) {
                    try display.show(try await Self.look(job, on: looking).run)
                }
            }
            defer { watcher.cancel() }
            while !shutdown.isRequested {
                let (run, isDue) = try await Self.look(job, on: looking)
                // Where a person has to act, whoever resumes the endpoint lets a worker go on, or this command.
                guard !run.hasEnded, run.waitsUntil != .infinity else { return }
                if isDue {
                    try await fetchOnce(job, runner, until: shutdown)
                } else if try await shutdown.sleep(for: Self.pollEvery) {
                    return
                }
            }
        }
    }

    /// Runs the job, or fetches for whoever runs it.
    private func fetchOnce(_ job: Int64, _ runner: JobRunner, until shutdown: Shutdown) async throws {
        try await PostgresConnection.withConnection(to: database.options) { connection in
            let joined = try await connection.withTransaction { try JobStore($0).join("import", name) }
            if let joined {
                try await runner.work(for: joined, on: connection, until: shutdown)
                // Its runner ends it a moment later.
                _ = try await shutdown.sleep(for: .milliseconds(100))
            } else {
                _ = try await runner.run(job, on: connection, until: shutdown)
            }
        }
    }

    /// How a run is, and whether it need not wait any longer.
    private static func look(
        _ job: Int64,
        on connection: PostgresConnection
    ) async throws -> (run: ImportRun, isDue: Bool) {
        try await connection.withTransaction(TransactionOptions(isReadOnly: true)) { session in
            let run = try ImportStore(session).run(job)
            let now: Timestamp = try session.query("select clock_timestamp()").onlyRow().decode(0)
            return (run, run.waitsUntil.map { $0 <= now } ?? true)
        }
    }
}
