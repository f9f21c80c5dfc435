import CLibPQ

/// One pipeline on its way: what was sent, what has come back.
@safe
struct PipelineRun: ~Copyable {
    /// So many answers may be outstanding; it bounds what libpq and the server have to buffer.
    private static let window = 256
    /// So many statements are worth a system call.
    private static let parcel = 32

    private struct Answer {
        let statement: Int
        let isPreparation: Bool
    }

    private let raw: OpaquePointer
    private let session: Session
    private let queries: [Query]
    private var outstanding: [Answer] = []
    /// The statements that were prepared in this run.
    private var preparing: Set<Int> = []
    private var failure: PostgresError?
    private var readFailure: (any Error)?

    init(_ raw: OpaquePointer, _ session: Session, _ queries: [Query]) {
        unsafe self.raw = raw
        self.session = session
        self.queries = queries
        outstanding.reserveCapacity(min(queries.count, Self.window) + 1)
    }

    /// Sends the statements and hands on what comes back.
    mutating func run(_ read: (Int, ResultSet) throws -> Void) throws {
        guard unsafe PQenterPipelineMode(raw) == 1 else { throw session.lost() }
        defer {
            // It is refused while answers are outstanding, which is how a run ends whose connection has failed.
            if unsafe PQexitPipelineMode(raw) == 0 { session.gate.cutConnection() }
        }
        for index in queries.indices where failure == nil {
            try send(index)
            if outstanding.count >= Self.window {
                guard unsafe PQsendFlushRequest(raw) == 1, unsafe PQflush(raw) == 0 else {
                    throw session.lost()
                }
                try receive(read)
            }
        }
        guard unsafe PQpipelineSync(raw) == 1 else { throw session.lost() }
        try receive(read)
        guard let result = unsafe PQgetResult(raw) else { throw session.lost() }
        let sync = unsafe ResultHandle(result)
        guard sync.status == PGRES_PIPELINE_SYNC else { throw session.failure(sync) }
        if let failure { throw failure }
        if let readFailure { throw readFailure }
    }

    private mutating func send(_ index: Int) throws {
        let query = queries[index]
        let name = try query.isPrepared && session.keepsPreparedStatements ? name(of: query, at: index) : nil
        let isSent = unsafe query.parameters.withPointers { types, values, lengths, formats in
            let count = Int32(query.parameters.count)
            return if let name {
                // Passed on as a string, the name would be copied to the heap.
                unsafe name.withCString {
                    unsafe PQsendQueryPrepared(raw, $0, count, values, lengths, formats, 0)
                }
            } else {
                unsafe PQsendQueryParams(raw, query.sql, count, types, values, lengths, formats, 0)
            }
        }
        guard isSent == 1 else { throw session.lost() }
        outstanding.append(Answer(statement: index, isPreparation: false))
        // The server works on the first statements while the next ones are being written.
        if outstanding.count.isMultiple(of: Self.parcel), unsafe PQflush(raw) != 0 { throw session.lost() }
    }

    private mutating func name(of query: Query, at index: Int) throws -> String {
        if let name = session.prepared.name(of: query) { return name }
        // Noted at once, so that the next statements use it; forgotten again should the server refuse.
        let name = session.prepared.note(query)
        let types = query.parameters.types
        guard unsafe PQsendPrepare(raw, name, query.sql, Int32(types.count), types) == 1 else {
            throw session.lost()
        }
        preparing.insert(index)
        outstanding.append(Answer(statement: index, isPreparation: true))
        return name
    }

    /// Reads an answer for every statement sent so far.
    private mutating func receive(_ read: (Int, ResultSet) throws -> Void) throws {
        for answer in outstanding {
            guard let result = unsafe PQgetResult(raw) else { throw session.lost() }
            try take(unsafe ResultHandle(result), as: answer, read)
            // A null ends the answers to one statement.
            while let surplus = unsafe PQgetResult(raw) { unsafe PQclear(surplus) }
        }
        outstanding.removeAll(keepingCapacity: true)
    }

    private mutating func take(
        _ result: ResultHandle,
        as answer: Answer,
        _ read: (Int, ResultSet) throws -> Void
    ) throws {
        switch result.status {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
            guard !answer.isPreparation, readFailure == nil else { return }
            do { try read(answer.statement, ResultSet(result)) } catch { readFailure = error }
            return
        case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
            // libpq can neither end nor skip it, and would go on returning it.
            throw PostgresError(.unexpectedResult, "COPY cannot be pipelined; the connection is closed")
                .atStatement(answer.statement)
        case PGRES_PIPELINE_ABORTED:
            break
        default:
            let error = session.failure(result).atStatement(answer.statement)
            guard !error.isConnectionLost else { throw error }
            if failure == nil { failure = error }
            session.prepared.forgetStale(queries[answer.statement], after: error)
        }
        if preparing.contains(answer.statement) { session.prepared.forget(queries[answer.statement]) }
    }
}
