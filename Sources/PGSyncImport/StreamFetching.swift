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

    private var job: RunningJob { runner.job }

    /// How often the progress is reported, and a request to end noticed.
    private static let reportEvery = Duration.seconds(1)
    private static let pollEvery = Duration.milliseconds(200)

    private enum Part { case fetching, reporting }

    func run() async throws {
        let connection = job.connection
        try await withThrowingTaskGroup(of: Part.self) { group in
            group.addTask {
                try await fetchAll(on: connection, isFirst: true)
                return .fetching
            }
            // What is not cut into steps is read by one.
            let sessions = plan.step == nil ? 1 : runner.definition.parallel
            for _ in 1..<sessions {
                group.addTask {
                    try await PostgresConnection.withConnection(to: runner.options) { connection in
                        let id = job.id
                        let hasJoined = try await connection.withTransaction { try ImportStore($0).join(id) }
                        guard hasJoined else { return }
                        try await fetchAll(on: connection, isFirst: false)
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
            expected: progress.expected
        )
    }

    // MARK: One session

    private func fetchAll(on connection: PostgresConnection, isFirst: Bool) async throws {
        guard let slot = try await holdSlot(on: connection, waits: isFirst) else { return }
        let result: Result<Void, any Error>
        do { result = .success(try await fetchSlices(on: connection, isFirst: isFirst)) } catch {
            result = .failure(error)
        }
        // The session of a job goes on to other streams, and other jobs.
        let endpoint = runner.definition.name
        try? await connection.withSession { try EndpointStore($0).releaseSlot(endpoint, slot) }
        try result.get()
    }

    private func fetchSlices(on connection: PostgresConnection, isFirst: Bool) async throws {
        let (id, name, plan) = (job.id, stream.name, plan)
        var reader = PageReader(stream: stream, target: target, maxAttempts: runner.definition.retries)
        if stream.unknown == .evolve { reader.stream = try await evolved(on: connection) }
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
                // Others may end before theirs are finished.
                guard isFirst, taken.isLeft else { return }
                try await pause()
                continue
            }
            try await fetch(slice, &reader, on: connection)
            try await connection.withTransaction { try ImportStore($0).releaseSlice(id, name, slice) }
        }
    }

    private func holdSlot(on connection: PostgresConnection, waits: Bool) async throws -> Int? {
        let endpoint = runner.definition.name
        while true {
            let slot = try await connection.withSession { try EndpointStore($0).holdSlot(endpoint) }
            guard slot == nil, waits else { return slot }
            try await pause()
        }
    }

    private func pause() async throws {
        try Task.checkCancellation()
        try await job.rest(for: Self.pollEvery)
    }

    private func fetch(
        _ slice: ImportSlice,
        _ reader: inout PageReader,
        on connection: PostgresConnection
    ) async throws {
        let addresses = PageAddresses(definition: runner.definition, stream: stream)
        var firstPage: Int?
        if case .page(_, let first, _, _) = stream.pager { firstPage = first }
        var walk = PageWalk(
            place: addresses.place(slice.nextPage),
            isFromStart: slice.pages == 0,
            firstPage: firstPage
        )
        let (id, plan) = (job.id, plan)
        while true {
            let url = addresses.url(of: slice, at: walk.place)
            let page: ImportPage
            let next: PagePlace?
            do {
                (page, next) = try await get(url, addresses, walk.place, on: connection)
            } catch CallRunner.Failure.failed(let errorClass, _)
                where errorClass == "call.config" && walk.place.token != nil && walk.mayRestart
            {
                // Tokens of pages end some day.
                walk.restart()
                continue
            } catch CallRunner.Failure.gone where walk.place.token != nil && walk.mayRestart {
                walk.restart()
                continue
            }
            let keys = page.rows.map { stream.keyText(of: $0) }
            // The page before had that row, too.
            let overlap = walk.place.expectedKey.flatMap { keys.firstIndex(of: $0) }
            switch walk.take(page, next: next, keys: keys) {
            case .again: continue
            case .stop(let errorClass, let message):
                throw ImportRunner.StreamFailure(errorClass: errorClass, message: message)
            case .write(let isLast):
                var rows = page.rows
                if let overlap { rows.remove(at: overlap) }
                if stream.unknown == .evolve {
                    let fields = reader.stream.newFields(in: rows)
                    if !fields.isEmpty { reader.stream = try await evolved(by: fields, on: connection) }
                }
                let writing: ImportWriting
                do throws(PageReader.Refusal) { writing = try reader.read(rows) } catch {
                    throw ImportRunner.StreamFailure(errorClass: "call.shape", message: error.message)
                }
                let place = walk.place
                let end = try await connection.withTransaction { session in
                    try ImportStore(session).writePage(
                        id,
                        slice,
                        writing,
                        nextPage: isLast ? nil : place.text,
                        isLast: isLast,
                        finishedUntil: plan.finishedUntil,
                        sees: plan.sweeps
                    )
                }
                guard end.continues else { throw job.cancellation }
                if isLast { return }
            }
        }
    }

    /// The stream with the columns that its table has by now, after some were added for fields that are new.
    private func evolved(
        by fields: [(name: String, type: String)] = [],
        on connection: PostgresConnection
    ) async throws -> ImportStream {
        let (stream, target) = (stream, target)
        do {
            return try await connection.withTransaction { [fields] session in
                for field in fields { try ImportStore(session).addColumn(field.name, field.type, to: target) }
                return stream.taking(try ImportStore(session).otherColumns(of: target, besides: stream))
            }
        } catch let error as PostgresError where error.sqlState == .insufficientPrivilege {
            let names = fields.map(\.name).joined(separator: ", ")
            throw ImportRunner.StreamFailure(
                errorClass: "call.shape",
                message:
                    "the API sends fields that are new, \(names), and only the owner of the table adds columns"
            )
        }
    }

    func get(
        _ url: String,
        _ addresses: PageAddresses,
        _ place: PagePlace,
        on connection: PostgresConnection
    ) async throws -> (ImportPage, PagePlace?) {
        guard runner.definition.allows(url) else {
            throw ImportRunner.StreamFailure(
                errorClass: "call.refused",
                message: "the next page is at a host that the import does not list"
            )
        }
        guard let reply = try await runner.calls.get(url, on: connection) else {
            return (ImportPage(rows: []), nil)
        }
        guard let text = String(validating: reply.body, as: UTF8.self),
            let body = try? JSONValue(parsing: text)
        else {
            throw ImportRunner.StreamFailure(errorClass: "call.shape", message: "the answer is no JSON")
        }
        switch stream.page(body: body) {
        case .success(let page):
            return (page, addresses.next(after: page, at: place, reply: reply, url: url))
        case .failure(let fault):
            throw ImportRunner.StreamFailure(errorClass: "call.shape", message: fault.message)
        }
    }
}
