import CLibPQ

extension Session {
    /// Runs `COPY … FROM STDIN` and has the closure write the rows; returns how many arrived.
    ///
    /// When the closure throws, the server is told to give up and nothing has been copied.
    @discardableResult
    public func copyIn(_ sql: String, _ write: (borrowing CopyWriter) throws -> Void) throws -> Int {
        try copy(sql, expecting: PGRES_COPY_IN) { raw in
            let writer = unsafe CopyWriter(raw, self)
            try write(writer)
            try writer.flush()
            try checkCancellation()
            guard unsafe PQputCopyEnd(raw, nil) == 1 else { throw lost() }
        }
    }

    /// Runs `COPY … TO STDOUT` and hands each row, as text with its line break, to the closure; returns how many.
    ///
    /// When the closure throws, the server is asked to stop.
    @discardableResult
    public func copyOut(_ sql: String, _ read: (Span<UInt8>) throws -> Void) throws -> Int {
        try copy(sql, expecting: PGRES_COPY_OUT) { raw in
            var buffer: UnsafeMutablePointer<CChar>?
            while true {
                let count = unsafe PQgetCopyData(raw, &buffer, 0)
                guard count > 0, let row = unsafe buffer else { return }
                defer { unsafe PQfreemem(row) }
                let bytes = unsafe UnsafeRawBufferPointer(start: row, count: Int(count))
                try unsafe read(bytes.bindMemory(to: UInt8.self).span)
            }
        }
    }

    @safe
    private func copy(
        _ sql: String,
        expecting status: ExecStatusType,
        _ transfer: (OpaquePointer) throws -> Void
    ) throws -> Int {
        try Query(sql).check()
        guard pathOfNextTransaction == nil else {
            return try transaction { try copy(sql, expecting: status, transfer) }
        }
        return try bracket(.cancellable) { raw in
            // Sent like this, the text can only be one statement, with one result.
            let result = unsafe PQexecParams(raw, sql, 0, nil, nil, nil, nil, 0)
            guard let started = unsafe result.map({ unsafe ResultHandle($0) }) else { throw lost() }
            do {
                guard started.status == status else { throw misfit(started) }
                try unsafe transfer(raw)
            } catch {
                unsafe abandonCopy(raw)
                throw error
            }
            guard let result = unsafe PQgetResult(raw) else { throw lost() }
            let finished = unsafe ResultHandle(result)
            unsafe abandonCopy(raw)
            guard finished.status == PGRES_COMMAND_OK else { throw failure(finished) }
            return finished.affectedRowCount
        }
    }

    private func misfit(_ result: ResultHandle) -> PostgresError {
        result.isFailure
            ? failure(result)
            : PostgresError(.unexpectedResult, "the statement is no COPY in this direction")
    }

    /// Reads to the end of the statement and ends any COPY on the way, so that the next one finds order.
    @unsafe
    func abandonCopy(_ raw: OpaquePointer) {
        while let result = unsafe PQgetResult(raw) {
            let status = unsafe PQresultStatus(result)
            unsafe PQclear(result)
            switch status {
            case PGRES_COPY_IN:
                guard unsafe PQputCopyEnd(raw, "given up by the client") == 1 else {
                    return gate.cutConnection()
                }
            case PGRES_COPY_OUT:
                gate.cancelStatement()
                var buffer: UnsafeMutablePointer<CChar>?
                while unsafe PQgetCopyData(raw, &buffer, 0) > 0 { unsafe PQfreemem(buffer) }
            case PGRES_COPY_BOTH:
                return gate.cutConnection()
            default:
                break
            }
        }
    }
}

/// Takes the rows of a COPY.
@safe
public struct CopyWriter: ~Copyable {
    private let raw: OpaquePointer
    private let session: Session
    private let buffer = Buffer()

    private final class Buffer {
        var bytes: [UInt8] = []
    }

    /// Rows are sent in pieces of this size.
    private static let pieceSize = 64 << 10

    init(_ raw: OpaquePointer, _ session: Session) {
        unsafe self.raw = raw
        self.session = session
    }

    /// Writes one row in COPY's text format; nil is null.
    public func write(row fields: [String?]) throws {
        for (index, field) in fields.enumerated() {
            if index > 0 { buffer.bytes.append(UInt8(ascii: "\t")) }
            guard let field else {
                buffer.bytes.append(contentsOf: "\\N".utf8)
                continue
            }
            for byte in field.utf8 { appendEscaped(byte) }
        }
        buffer.bytes.append(UInt8(ascii: "\n"))
        try flushIfLarge()
    }

    /// Writes bytes as they are, in whatever format the COPY statement names.
    public func write(bytes: some Collection<UInt8>) throws {
        buffer.bytes.append(contentsOf: bytes)
        try flushIfLarge()
    }

    private func appendEscaped(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\\"): buffer.bytes.append(contentsOf: "\\\\".utf8)
        case UInt8(ascii: "\n"): buffer.bytes.append(contentsOf: "\\n".utf8)
        case UInt8(ascii: "\r"): buffer.bytes.append(contentsOf: "\\r".utf8)
        case UInt8(ascii: "\t"): buffer.bytes.append(contentsOf: "\\t".utf8)
        default: buffer.bytes.append(byte)
        }
    }

    private func flushIfLarge() throws {
        if buffer.bytes.count >= Self.pieceSize { try flush() }
    }

    func flush() throws {
        try session.checkCancellation()
        guard !buffer.bytes.isEmpty else { return }
        let status = unsafe buffer.bytes.withUnsafeBytes { bytes in
            unsafe PQputCopyData(raw, bytes.bindMemory(to: CChar.self).baseAddress, Int32(bytes.count))
        }
        guard status == 1 else { throw session.lost() }
        buffer.bytes.removeAll(keepingCapacity: true)
    }
}
