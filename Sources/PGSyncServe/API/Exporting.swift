import Concurrency
import Days
import HTTPServer
import PGSyncLedger
import Postgres
import Telemetry

/// Sends the journal as a file while it is read, in one snapshot.
struct Exporting: Sendable {
    let pool: Pool
    let logger: Logger
    /// What a browser or a spreadsheet can still take.
    let mostLines: Int
    /// Until when nobody else may begin, because one is sent at a time.
    private let reserved = Locked<ContinuousClock.Instant?>(nil)

    init(pool: Pool, logger: Logger, mostLines: Int) {
        self.pool = pool
        self.logger = logger
        self.mostLines = mostLines
    }

    /// A client that takes nothing for this long is given up, because its snapshot holds up vacuum.
    private static let patience = Duration.seconds(30)
    /// However fast it takes.
    private static let mostTime = Duration.seconds(600)
    /// For how long an answer may take to be sent for the first time.
    private static let startTime = Duration.seconds(10)
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// An answer whose body is read when it is sent.
    func response(for call: Call) async throws -> HTTPResponse {
        try reserve()
        do {
            let response = try await reservedResponse(for: call)
            if call.head.method == "HEAD" { release() }
            return response
        } catch {
            release()
            throw error
        }
    }

    private func reserve() throws {
        let isFree = reserved.withLock { until in
            guard until.map({ $0 < .now }) ?? true else { return false }
            until = .now + Self.startTime
            return true
        }
        guard !isFree else { return }
        var problem = Problem(.tooMany, "another export is being sent; one is sent at a time")
        problem.retryAfter = 5
        throw problem
    }

    private func release() { reserved.withLock { $0 = nil } }

    private func reservedResponse(for call: Call) async throws -> HTTPResponse {
        let filter = try await filter(of: call)
        let count = try await withSession(for: call) { session in
            try JournalReader(session, try Book(session)).lineCount(filter, upTo: mostLines)
        }
        guard count <= mostLines else {
            throw Problem(
                .unprocessable,
                "there are more than \(mostLines) lines; take a shorter span, or pgsync ledger export"
            )
        }
        let format = call.arguments["format"].flatMap(JournalExport.Format.init) ?? .csv
        let export = JournalExport(format, filter, hasTotals: call.arguments["totals"].isTrue)
        let opening = format == .csv && call.arguments["bom"].isTrue ? Self.byteOrderMark : []
        let span = [filter.from, filter.until].compactMap { $0.map { "-\($0)" } }.joined()
        return HTTPResponse(
            headers: [
                ("Content-Type", format.mediaType),
                ("Content-Disposition", "attachment; filename=\"ledger\(span).\(format.fileEnding)\""),
            ],
            body: .stream { stream in
                reserved.withLock { $0 = .now + Self.mostTime + Self.patience }
                defer { release() }
                do {
                    try await send(export, after: opening, to: stream, for: call)
                } catch {
                    stream.breakOff()
                    guard !(error is ClientGone) else { return }
                    logger.warning(
                        "An export broke off",
                        ["error": .string("\(error)"), "correlation.id": .string(call.correlation)]
                    )
                }
            }
        )
    }

    private func send(
        _ export: JournalExport,
        after opening: [UInt8],
        to stream: ResponseStream,
        for call: Call
    ) async throws {
        let end = ContinuousClock.now + Self.mostTime
        // Not twice, because what was sent is sent.
        try await withSession(for: call, repeats: false) { session in
            guard stream.write(opening, waiting: Self.patience) else { throw ClientGone() }
            try export.run(on: session) { piece in
                guard .now < end, stream.write(piece.utf8, waiting: Self.patience) else { throw ClientGone() }
            }
        }
    }

    /// Lends a session of the role of the scope.
    private func withSession<Result: Sendable>(
        for call: Call,
        repeats: Bool = true,
        _ body: @escaping @Sendable (Session) throws -> Result
    ) async throws -> Result {
        let role = call.actor.role(for: call.endpoint.scope ?? .read)
        return try await pool.withSession(repeats: repeats) { session in
            _ = try session.query("select set_config('role', \(role), false)")
            // A session that cannot be reset is lost, and gets replaced.
            defer { _ = try? session.query("reset role") }
            return try body(session)
        }
    }

    private func filter(of call: Call) async throws -> EntryFilter {
        let given = call.arguments
        var filter = EntryFilter()
        filter.from = given["from"].flatMap(Day.init)
        filter.until = given["to"].flatMap(Day.init)
        filter.account = given["account"]
        filter.record = given["record"]
        filter.rule = given["rule"]
        filter.purpose = given["purpose"]
        filter.text = given["text"]
        filter.least = given["min"]
        filter.most = given["max"]
        if let table = given["table"] {
            filter.sourceTable = try await withSession(for: call) { session in
                try session.query("select pgsync.table_named(\(table))::oid::bigint as number").onlyRow()
                    .decode("number", as: Int64?.self)
            }
            guard filter.sourceTable != nil else { throw Problem(.notFound, "there is no table \(table)") }
        }
        return filter
    }
}

/// Nobody takes the export any more.
private struct ClientGone: Error {}

extension JournalExport.Format {
    fileprivate var mediaType: String {
        switch self {
        case .csv: "text/csv; charset=utf-8; header=present"
        case .hledger: "text/plain; charset=utf-8"
        case .jsonl: "application/x-ndjson"
        }
    }

    fileprivate var fileEnding: String { self == .hledger ? "journal" : rawValue }
}

extension String? {
    /// Whether a parameter says yes.
    fileprivate var isTrue: Bool { self == "true" || self == "1" }
}
