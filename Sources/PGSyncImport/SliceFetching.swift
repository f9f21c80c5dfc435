import Concurrency
import HTTPClient
import JSON
import PGSyncOperations
import PGSyncRemote
import PGSyncRules
import PGSyncStore
import Postgres

/// Fetches a span of a stream, page after page, and writes what has come.
struct SliceFetching {
    private let fetching: StreamFetching
    private let slice: ImportSlice
    private let connection: PostgresConnection
    private let addresses: PageAddresses
    private(set) var reader: PageReader
    private var walk: PageWalk
    private var ahead: ReadAhead
    /// What was read and is not written, the place behind it, and since when there is some.
    private var pending: (writing: ImportWriting, place: PagePlace, since: ContinuousClock.Instant)?

    /// Pages that come soon one after the other are written together, up to so many, and so many rows.
    private static let (mostPages, mostRows, soon) = (10, 1_000, Duration.milliseconds(50))

    init(
        _ fetching: StreamFetching,
        _ slice: ImportSlice,
        _ reader: PageReader,
        on connection: PostgresConnection,
        calling calls: PostgresConnection
    ) {
        self.fetching = fetching
        self.slice = slice
        self.reader = reader
        self.connection = connection
        addresses = PageAddresses(definition: fetching.runner.definition, stream: fetching.stream)
        var firstPage: Int?
        if case .page(_, let first, _, _) = fetching.stream.pager { firstPage = first }
        walk = PageWalk(
            place: addresses.place(slice.nextPage),
            isFromStart: slice.pages == 0,
            firstPage: firstPage
        )
        ahead = ReadAhead { url in try await fetching.get(url, on: calls) }
    }

    mutating func run() async throws {
        let result: Result<Void, any Error>
        do {
            while try await takePage() {}
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await ahead.forget()
        try result.get()
    }

    /// How many pages are asked for before their turn: none where one call is to be under way, so that no more than one
    /// page is fetched again after a kill.
    private var mostAhead: Int {
        let parallel = fetching.runner.definition.parallel
        return parallel > 1 ? parallel : 0
    }

    /// Takes the next page; false after the last.
    private mutating func takePage() async throws -> Bool {
        let url = addresses.url(of: slice, at: walk.place)
        if let (writing, _, since) = pending {
            let isFull = writing.pages >= Self.mostPages || writing.images.count >= Self.mostRows
            if isFull {
                try await write()
            } else if await !ahead.has(url, within: since + Self.soon - .now) {
                try await write()
            }
        }
        let (page, answer): ReadAhead.Fetched
        do {
            (page, answer) = try await ahead.answer(to: url)
        } catch {
            try await write()
            guard walk.place.token != nil, walk.mayRestart, error.mayBeOfToken else { throw error }
            // Tokens of pages end some day.
            await ahead.forget()
            walk.restart()
            return true
        }
        let next = answer.flatMap { addresses.next(after: page, at: walk.place, answer: $0) }
        let keys = page.rows.map { fetching.stream.keyText(of: $0) }
        // The page before had that row, too.
        let overlap = walk.place.expectedKey.flatMap { keys.firstIndex(of: $0) }
        let knownTotal = walk.total
        switch walk.take(page, next: next, keys: keys) {
        case .again:
            try await write()
            await ahead.forget()
            return true
        case .stop(let errorClass, let message):
            try await write()
            throw ImportRunner.StreamFailure(errorClass: errorClass, message: message)
        case .write(let isLast):
            // Rows have moved since pages were asked for.
            if walk.total != knownTotal { await ahead.forget() }
            if !isLast {
                for place in addresses.known(from: walk.place, total: walk.total, most: mostAhead) {
                    ahead.ask(addresses.url(of: slice, at: place))
                }
            }
            if fetching.plan.step == nil { fetching.announced.withLock { $0 = walk.total } }
            var rows = page.rows
            if let overlap { rows.remove(at: overlap) }
            try await read(rows)
            if isLast { try await write(isLast: true) }
            return !isLast
        }
    }

    /// Adds rows to what is to be written.
    private mutating func read(_ rows: [JSONValue]) async throws {
        if reader.stream.unknown == .evolve {
            let fields = reader.stream.newFields(in: rows)
            if !fields.isEmpty {
                // What was read so far has other columns.
                try await write()
                reader.stream = try await fetching.stream.evolved(
                    by: fields,
                    for: reader.target,
                    on: connection
                )
            }
        }
        let writing: ImportWriting
        do throws(PageReader.Refusal) { writing = try reader.read(rows) } catch {
            try await write()
            throw ImportRunner.StreamFailure(errorClass: "call.shape", message: error.message)
        }
        pending?.writing.append(writing)
        pending = (pending?.writing ?? writing, walk.place, pending?.since ?? .now)
    }

    private mutating func write(isLast: Bool = false) async throws {
        guard let (writing, place, _) = pending else { return }
        pending = nil
        let (id, slice, plan) = (fetching.job.id, slice, fetching.plan)
        let end = try await connection.withTransaction { session in
            try ImportStore(session).write(
                writing,
                of: slice,
                in: id,
                nextPage: isLast ? nil : place.text,
                isLast: isLast,
                finishedUntil: plan.finishedUntil,
                sees: plan.sweeps
            )
        }
        guard end.continues else { throw fetching.job.cancellation }
    }
}

extension Error {
    /// Whether an API says so of a token of a page that has ended.
    fileprivate var mayBeOfToken: Bool {
        switch self as? CallRunner.Failure {
        case .gone: true
        case .failed(let errorClass, _): errorClass == "call.config"
        default: false
        }
    }
}

extension ImportStream {
    /// The stream with the columns that its table has by now, after some were added for fields that are new.
    func evolved(
        by fields: [(name: String, type: String)] = [],
        for target: Int64,
        on connection: PostgresConnection
    ) async throws -> ImportStream {
        do {
            return try await connection.withTransaction { [fields] session in
                for field in fields { try ImportStore(session).addColumn(field.name, field.type, to: target) }
                return taking(try ImportStore(session).otherColumns(of: target, besides: self))
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
}
