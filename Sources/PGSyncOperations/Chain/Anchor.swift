import Files
package import PGSyncStore
package import Postgres
import Subprocesses

/// Writes heads of the chain to places outside, and reads them back.
package struct Anchor: Sendable {
    private let destination: AnchorDestination
    private let timeLimit: Duration

    /// How much is read of a place in which anchors are looked for.
    private static let longest = 256 << 20
    /// What a program sees of our variables.
    private static let variables = ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "USER", "LOGNAME"]

    package init(at destination: AnchorDestination, timeLimit: Duration = .seconds(30)) {
        self.destination = destination
        self.timeLimit = timeLimit
    }

    /// Writes the present head, if what the place has so far agrees with the chain, and records that.
    ///
    /// - Throws: ``AnchorError``.
    @discardableResult
    package func write(_ connection: PostgresConnection) async throws -> AnchorLine {
        guard let line = try await connection.withSession({ try ChainStore($0).anchorLine() }) else {
            throw AnchorError.nothingChained
        }
        switch destination {
        case .file(let path): try await append(line, to: path, connection)
        case .systemLog:
            try await run(["logger", "-t", "pgsync", "-p", "daemon.notice", "--", line.text], line)
        case .database(let service): try await insert(line, into: service, connection)
        case .command(let words): try await run(words, line)
        }
        let (kind, place) = (destination.kind, destination.place)
        try await connection.withTransaction {
            try ChainStore($0).addAnchor(kind: kind, destination: place, line)
        }
        return line
    }

    /// All anchors that the place has, which may be of any database.
    ///
    /// - Throws: ``AnchorError``.
    package func read() async throws -> [AnchorLine] {
        switch destination {
        case .file(let path):
            return Self.lines(in: try contents(of: path))
        case .database(let service):
            return try await inDatabase(service, AnchorError.cannotRead) { session in
                try session.query(
                    """
                    select system_identifier, database, seq, head, row_count, anchored_at from public.pgsync_anchors
                    order by seq
                    """
                ).map(AnchorLine.init)
            }
        case .systemLog, .command:
            throw AnchorError.cannotRead(
                place: destination.text,
                reason: "give a file in which its lines are"
            )
        }
    }

    // MARK: Files

    private func append(_ line: AnchorLine, to path: String, _ connection: PostgresConnection) async throws {
        var prefix = ""
        do {
            let bytes = try OpenFile.tail(of: path, length: 64 << 10)
            // A line that was not written to its end is closed, and not read as an anchor.
            if let last = bytes.last, last != UInt8(ascii: "\n") { prefix = "\n" }
            let whole = bytes.lastIndex(of: UInt8(ascii: "\n")).map { bytes[...$0] } ?? []
            if let last = Self.lines(in: Array(whole)).last { try await check(last, line, connection) }
        } catch let error as FileError where error.isMissing {
            try writing { () throws(FileError) in try ReplacementFile(path, mode: 0o600).finish() }
        } catch let error as FileError {
            throw AnchorError.cannotWrite(place: destination.text, reason: "\(error)")
        }
        try writing { () throws(FileError) in try FileWriter.append(prefix + line.text + "\n", to: path) }
    }

    private func writing(_ body: () throws(FileError) -> Void) throws(AnchorError) {
        do { try body() } catch {
            throw AnchorError.cannotWrite(place: destination.text, reason: "\(error)")
        }
    }

    private func contents(of path: String) throws(AnchorError) -> [UInt8] {
        do { return try OpenFile.bytes(of: path, limit: Self.longest, requiresRegular: true) } catch {
            throw AnchorError.cannotRead(place: destination.text, reason: "\(error)")
        }
    }

    private static func lines(in bytes: [UInt8]) -> [AnchorLine] {
        bytes.split(separator: UInt8(ascii: "\n")).compactMap {
            AnchorLine(String(decoding: $0, as: UTF8.self))
        }
    }

    /// The last anchor must be of this database and in its chain.
    private func check(_ last: AnchorLine, _ line: AnchorLine, _ connection: PostgresConnection) async throws
    {
        let place = destination.text
        guard last.isOfSameDatabase(as: line) else {
            throw AnchorError.broken(
                place: place,
                "belongs to \(last.identity), and this is \(line.identity): let each database, a restored one too, "
                    + "have a place of its own"
            )
        }
        let head = try await connection.withSession { try ChainStore($0).head(of: last.seq) }
        guard last.seq <= line.seq, let head else {
            throw AnchorError.broken(
                place: place,
                "says that the chain had \(last.seq) blocks at \(last.at), and it has \(line.seq): its tail was cut, "
                    + "or an older backup was restored"
            )
        }
        guard head == last.head else {
            throw AnchorError.broken(
                place: place,
                "says that block \(last.seq) had the head \(last.head) at \(last.at), and it has \(head): the chain was "
                    + "written anew"
            )
        }
    }

    // MARK: Programs

    private func run(_ words: [String], _ line: AnchorLine) async throws(AnchorError) {
        var program = Invocation(words[0], Array(words.dropFirst()))
        program.standardInput = .text(line.text + "\n")
        program.standardOutput = .discarded
        program.standardError = .captured(limit: 4_096)
        program.grouping = .newSession
        program.environment = .exactly(
            ProcessEnvironment.current.filter { Self.variables.contains($0.key) }
        )
        do {
            _ = try await ChildProcess.run(program, timeout: timeLimit).checked()
        } catch {
            throw AnchorError.cannotWrite(
                place: "\(destination.kind):\(destination.place)",
                reason: "\(error)"
            )
        }
    }

    // MARK: Databases

    private func insert(_ line: AnchorLine, into service: String, _ connection: PostgresConnection)
        async throws
    {
        let last = try await inDatabase(service, AnchorError.cannotWrite) { session in
            try session.query(
                """
                select system_identifier, database, seq, head, row_count, anchored_at from public.pgsync_anchors
                where system_identifier = \(line.system) and database = \(line.database)
                order by anchored_at desc, seq desc limit 1
                """
            ).first.map(AnchorLine.init)
        }
        if let last { try await check(last, line, connection) }
        try await inDatabase(service, AnchorError.cannotWrite) { session in
            try session.execute(
                """
                insert into public.pgsync_anchors (system_identifier, database, seq, head, row_count, anchored_at)
                values (\(line.system), \(line.database), \(line.seq), \(line.head), \(line.rows), \(line.at)::text::timestamptz)
                """
            )
        }
    }

    @discardableResult
    private func inDatabase<Result: Sendable>(
        _ service: String,
        _ failure: (String, String) -> AnchorError,
        _ body: @Sendable (Session) throws -> Result
    ) async throws -> Result {
        do {
            let options = try ConnectionOptions().with("service", service)
                .with("fallback_application_name", "pgsync anchor")
            return try await PostgresConnection.withConnection(to: options) { connection in
                try await connection.withSession(body)
            }
        } catch let error as PostgresError {
            throw failure(destination.text, error.message)
        }
    }
}

extension AnchorLine {
    fileprivate init(_ row: Row) throws {
        self.init(
            seq: try row.decode("seq"),
            head: try row.decode("head"),
            rows: try row.decode("row_count"),
            at: try row.decode("anchored_at"),
            system: try row.decode("system_identifier"),
            database: try row.decode("database")
        )
    }
}
