import Arguments
import JSON
import PGSyncStore
import Postgres
import Services

/// The command `pgsync jobs watch`.
struct JobsWatchCommand: Command {
    var id: Int64?
    var interval = Duration.seconds(1)

    static let signature = Signature(
        "watch",
        "Watch a job until it ends.",
        discussion: """
            On a terminal it shows a progress bar, elsewhere a line whenever something changed; with --json, a document \
            a line. Ctrl-C ends the watching, not the job. Exits with 1 if the job does not complete.
            """,
        examples: [
            .init("pgsync jobs watch", "Watch the newest job under way."),
            .init("pgsync jobs watch 7 --interval 5s", "Watch job 7."),
        ],
        exitCodes: [.noSuchChange]
    )

    static let parameters: [Parameter<Self>] = [
        .argument(
            "ID",
            \.id,
            limits: .atLeast(1),
            namesCommand: NameKind.jobs.command,
            help: "The number of the job. [default: the newest under way]"
        ),
        .option(
            "interval",
            \.interval,
            limits: .within(.milliseconds(10) ... .seconds(3_600)),
            help: "How often to look."
        ),
    ]

    /// How long an interrupted job may be silent before it is given up: its runner may be connecting again.
    private static let patience = Duration.seconds(15)

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let database = try Database(globals, in: context, program: "pgsync jobs")
        do {
            return try await database.withSchema { [self] connection in
                try await watch(connection, globals, context)
            }
        } catch CommandError.interrupted(by: .interrupt) {
            // That is how one leaves.
            return .success
        }
    }

    private func watch(
        _ connection: PostgresConnection,
        _ globals: GlobalOptions,
        _ context: CommandContext
    ) async throws -> ExitCode {
        guard let first = try await Self.read(connection, id) else {
            if !globals.quiet { context.say("no job is under way") }
            return .success
        }
        var display = JobDisplay(globals, in: context)
        var job = first
        while true {
            try display.show(job)
            let isLost = job.state == .interrupted && job.silence ?? .zero > Self.patience
            if job.state.hasEnded || isLost {
                try display.finish(job)
                return job.state == .completed ? .success : .problemsFound
            }
            try await ContinuousClock().sleep(for: interval)
            job = try await Self.read(connection, job.id) ?? job
        }
    }

    /// The job with this number, or the newest that has not ended.
    private static func read(_ connection: PostgresConnection, _ id: Int64?) async throws -> Job? {
        try await connection.withTransaction(TransactionOptions(isReadOnly: true)) { session in
            let store = JobStore(session)
            guard let id else { return try store.list(limit: 1).first { !$0.state.hasEnded } }
            return try store.job(id)
        }
    }
}

/// What is shown of a job while it goes on.
private struct JobDisplay {
    private let isJSON: Bool
    private let isShown: Bool
    private let context: CommandContext
    private var latest: Job?
    private var bar: (writer: ProgressWriter, start: ContinuousClock.Instant)?

    init(_ globals: GlobalOptions, in context: CommandContext) {
        isJSON = globals.json
        isShown = !globals.quiet || globals.json
        self.context = context
    }

    mutating func show(_ job: Job) throws {
        defer { latest = job }
        guard isShown else { return }
        if isJSON {
            guard latest?.json != job.json else { return }
            return try context.output.write(job.json.text() + "\n")
        }
        guard context.errors.terminal.isInteractive, job.state == .running, let done = job.done else {
            guard !job.state.hasEnded, line(of: job) != latest.map(line) else { return }
            try endBar(latest)
            return try context.print(line(of: job))
        }
        if latest?.phase != job.phase || latest?.expected != job.expected { try endBar(latest) }
        if bar == nil {
            let label = [job.title, job.phase].compactMap(\.self).joined(separator: ": ")
            let progress = ProgressBar(label, total: job.expected, start: done)
            bar = (ProgressWriter(progress, to: context.errors), .now)
        }
        if let start = bar?.start {
            try bar?.writer.update(completed: done, elapsed: ContinuousClock.now - start)
        }
    }

    /// Says how it ended.
    mutating func finish(_ job: Job) throws {
        try endBar(job)
        guard isShown, !isJSON else { return }
        let error = job.errorMessage.map { ": \($0)" } ?? ""
        let items = job.failedItems == 0 ? "" : ", \(job.failedItems.grouped) items failed"
        let time = job.duration.map { ", after \($0.roughly)" } ?? ""
        let remedy = job.state == .interrupted ? "; \(job.remedy)" : ""
        try context.print("\(job.title): \(job.state.rawValue)\(time)\(items)\(error)\(remedy)")
    }

    private mutating func endBar(_ job: Job?) throws {
        if let start = bar?.start {
            try bar?.writer.finish(completed: job?.done ?? 0, elapsed: ContinuousClock.now - start)
        }
        bar = nil
    }

    private func line(of job: Job) -> String {
        let progress = job.progressText.isEmpty ? nil : job.progressText
        let parts = [job.state.rawValue, job.phase, progress, job.message]
        return "\(job.title): \(parts.compactMap(\.self).joined(separator: ", "))"
    }
}
