import CLibPQ

/// The one owner of a libpq connection: it alone closes it.
@safe
struct ConnectionHandle: ~Copyable {
    private let raw: OpaquePointer

    /// Connects, blocking the calling thread until it is done or `connect_timeout` has passed for every host.
    static func connect(_ options: ConnectionOptions) throws(PostgresError) -> ConnectionHandle {
        let keywords = options.settings.map(\.key)
        let values = options.settings.map(\.value)
        let connected = unsafe withCStrings(keywords) { keywords in
            unsafe withCStrings(values) { values in
                unsafe PQconnectdbParams(keywords, values, 0)
            }
        }
        guard let raw = unsafe connected else {
            throw PostgresError(.cannotConnect, "cannot connect: out of memory")
        }
        let handle = unsafe ConnectionHandle(raw: raw)
        guard handle.isBroken else { return handle }
        var error = handle.connectionFailure(to: options)
        guard error.sqlState == nil, handle.wasRefusedByServer else { throw error }
        // The server speaks a language of its own. Asked again, libpq adds the condition to its words.
        unsafe PQsetErrorVerbosity(raw, PQERRORS_VERBOSE)
        unsafe PQreset(raw)
        guard handle.isBroken else {
            unsafe PQsetErrorVerbosity(raw, PQERRORS_DEFAULT)
            return handle
        }
        error.sqlState = Self.state(in: handle.errorMessage)
        throw error
    }

    /// Whether the failure to connect is one that the server reported: libpq alone never puts two blanks after a colon.
    private var wasRefusedByServer: Bool { errorMessage.contains(":  ") }

    /// The condition in a message such as `FATAL:  28P01: …`, of several hosts that of the last.
    static func state(in message: String) -> SQLState? {
        let states = message.matches(of: #/: {2}([0-9A-Z]{5}):\s/#)
        return states.last.map { SQLState(String($0.output.1)) }
    }

    deinit {
        unsafe PQfinish(raw)
    }

    /// Calls into libpq with the pointer, which must not leave the closure.
    @safe
    func withRaw<Result, Failure: Error>(
        _ body: (OpaquePointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe body(raw)
    }

    func canceller() throws(PostgresError) -> Canceller {
        try unsafe Canceller(raw)
    }

    /// The text of the latest failure, without the line break libpq ends it with.
    var errorMessage: String {
        unsafe String(cString: PQerrorMessage(raw)).trimmed
    }

    var isBroken: Bool {
        unsafe PQstatus(raw) != CONNECTION_OK
    }

    var socket: Int32 {
        unsafe PQsocket(raw)
    }

    private func connectionFailure(to options: ConnectionOptions) -> PostgresError {
        // libpq gives no SQLSTATE for a refused connection; its message holds the server's words.
        let message = errorMessage
        var error = PostgresError(
            .cannotConnect,
            "cannot connect to \(options): \(options.withoutSecrets(message))"
        )
        let known: [(String, SQLState)] = [
            ("password authentication failed", .invalidPassword), ("no password supplied", .invalidPassword),
            ("too many clients", .tooManyConnections), ("too many connections", .tooManyConnections),
            ("remaining connection slots", .tooManyConnections),
            ("the database system is", .cannotConnectNow),
        ]
        error.sqlState = known.first { message.contains($0.0) }?.1
        if error.sqlState == nil, message.contains("database \""), message.contains("does not exist") {
            error.sqlState = .invalidCatalogName
        }
        return error
    }
}

/// Lends an array of C strings that ends in a null pointer.
private func withCStrings<Result>(
    _ strings: [String],
    _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result
) -> Result {
    var bytes: [CChar] = []
    let offsets = strings.map { string in
        defer { bytes.append(contentsOf: string.utf8CString) }
        return bytes.count
    }
    return unsafe bytes.withUnsafeBufferPointer { buffer in
        var pointers = unsafe offsets.map { offset in
            unsafe buffer.baseAddress.map { unsafe $0 + offset }
        }
        unsafe pointers.append(nil)
        return unsafe pointers.withUnsafeBufferPointer { pointers in
            // An array that has just been appended to has a base address.
            unsafe body(pointers.baseAddress.unsafelyUnwrapped)
        }
    }
}

extension String {
    /// The text without white space at its ends.
    var trimmed: String {
        let isSpace = { (character: Character) in character.isWhitespace }
        guard let first = firstIndex(where: { !isSpace($0) }), let last = lastIndex(where: { !isSpace($0) })
        else { return "" }
        return String(self[first...last])
    }
}
