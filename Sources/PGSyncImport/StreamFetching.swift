import Concurrency
import HTTPClient
internal import JSON
import PGSyncOperations
import PGSyncRemote
import PGSyncRules
import PGSyncStore
import Postgres
import Services

/// Fetches what is wanted of a stream, by as many sessions as may call the endpoint at once.
struct StreamFetching: Sendable {
    let runner: ImportRunner
    let stream: ImportStream
    let target: Int64
    let plan: ImportPlan

    let slots = CallSlots()
    /// How many rows the API has said there are, where one span is all.
    let announced = Locked<Int?>(nil)

    var job: RunningJob { runner.job }

    /// How often the progress is reported, and a request to end noticed.
    private static let reportEvery = Duration.seconds(1)
    private static let pollEvery = (first: Duration.milliseconds(20), last: Duration.milliseconds(200))

    private enum Part { case fetching, reporting }

    init(runner: ImportRunner, stream: ImportStream, target: Int64, plan: ImportPlan) {
        self.runner = runner
        self.stream = stream
        self.target = target
        self.plan = plan
    }

    func run() async throws {
        guard runner.definition.parallel > 1 else { return try await run(calling: job.connection) }
        // A call asks for leave, and does not wait for it until a page is written.
        try await PostgresConnection.withConnection(to: runner.options) { try await run(calling: $0) }
    }

    /// `calls` is the session in which calls ask for leave.
    private func run(calling calls: PostgresConnection) async throws {
        let connection = job.connection
        try await withThrowingTaskGroup(of: Part.self) { group in
            group.addTask {
                try await fetchAll(on: connection, calling: calls, isFirst: true)
                return .fetching
            }
            // What is neither cut into steps nor has pages that are known beforehand is read by one.
            let isForOne = plan.step == nil && !stream.announcesPages
            let sessions = isForOne ? 1 : runner.definition.parallel
            for _ in 1..<sessions {
                group.addTask {
                    try await PostgresConnection.withConnection(to: runner.options) { connection in
                        let id = job.id
                        let hasJoined = try await connection.withTransaction { try ImportStore($0).join(id) }
                        guard hasJoined else { return }
                        try await fetchAll(on: connection, calling: calls, isFirst: false)
                    }
                    return .fetching
                }
            }
            // Its end is that of the job, which somebody cancelled or which a worker leaves.
            group.addTask {
                try await report()
                return .reporting
            }
            var left = sessions
            while left > 0, let part = try await group.next() {
                if part == .fetching { left -= 1 }
            }
            group.cancelAll()
        }
        try await note()
    }

    private func report() async throws {
        while try await !job.shutdown.sleep(for: Self.reportEvery) { try await note() }
    }

    private func note() async throws {
        let (id, name, wanted, step) = (job.id, stream.name, plan.wanted, plan.step)
        let progress = try await job.step {
            try ImportStore($0).progress(id, name, wanted: wanted, step: step)
        }
        try await job.note(
            name,
            progress.slices > 1 ? "\(progress.finished) of \(progress.slices) spans" : plan.message,
            done: progress.done,
            expected: progress.expected ?? announced.withLock { $0 }.map { max($0, progress.done) }
        )
    }

    // MARK: One session

    private func fetchAll(
        on connection: PostgresConnection,
        calling calls: PostgresConnection,
        isFirst: Bool
    ) async throws {
        guard let slot = try await holdSlot(on: connection, waits: isFirst) else { return }
        slots.add()
        let result: Result<Void, any Error>
        do {
            result = .success(try await fetchSlices(on: connection, calling: calls, isFirst: isFirst))
        } catch {
            result = .failure(error)
        }
        slots.remove()
        // The session of a job goes on to other streams, and other jobs.
        let endpoint = runner.definition.name
        try? await connection.withSession { try EndpointStore($0).releaseSlot(endpoint, slot) }
        try result.get()
    }

    private func fetchSlices(
        on connection: PostgresConnection,
        calling calls: PostgresConnection,
        isFirst: Bool
    ) async throws {
        let (id, name, plan) = (job.id, stream.name, plan)
        var reader = PageReader(stream: stream, target: target, maxAttempts: runner.definition.retries)
        if stream.unknown == .evolve { reader.stream = try await stream.evolved(for: target, on: connection) }
        var wait = Self.pollEvery.first
        while true {
            let taken = try await connection.withTransaction { session in
                try ImportStore(session).takeSlice(
                    id,
                    name,
                    wanted: plan.wanted,
                    step: plan.step,
                    newestFirst: plan.newestFirst
                )
            }
            guard let slice = taken.slice else {
                // Others may end before theirs are finished, or use the slot of this one.
                guard taken.isLeft, isFirst || stream.announcesPages else { return }
                try await pause(for: &wait)
                continue
            }
            wait = Self.pollEvery.first
            var fetching = SliceFetching(self, slice, reader, on: connection, calling: calls)
            try await fetching.run()
            reader = fetching.reader
            try await connection.withTransaction { try ImportStore($0).releaseSlice(id, name, slice) }
        }
    }

    private func holdSlot(on connection: PostgresConnection, waits: Bool) async throws -> Int? {
        let endpoint = runner.definition.name
        var wait = Self.pollEvery.first
        while true {
            let slot = try await connection.withSession { try EndpointStore($0).holdSlot(endpoint) }
            guard slot == nil, waits else { return slot }
            try await pause(for: &wait)
        }
    }

    /// Waits, and twice as long the next time.
    private func pause(for wait: inout Duration) async throws {
        try Task.checkCancellation()
        try await job.rest(for: wait)
        wait = min(wait * 2, Self.pollEvery.last)
    }

    func get(_ url: String, on connection: PostgresConnection) async throws -> ReadAhead.Fetched {
        guard runner.definition.allows(url) else {
            throw ImportRunner.StreamFailure(
                errorClass: "call.refused",
                message: "the next page is at a host that the import does not list"
            )
        }
        guard let answer = try await slots.hold({ try await runner.calls.get(url, on: connection) }) else {
            return (ImportPage(rows: []), nil)
        }
        guard let body = answer.json else {
            throw ImportRunner.StreamFailure(errorClass: "call.shape", message: "the answer is no JSON")
        }
        switch stream.page(body: body) {
        case .success(let page): return (page, answer)
        case .failure(let fault):
            throw ImportRunner.StreamFailure(errorClass: "call.shape", message: fault.message)
        }
    }
}
