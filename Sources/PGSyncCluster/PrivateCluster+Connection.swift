internal import Concurrency

extension PrivateCluster {
    /// The port the server was last started with; also part of its socket's name.
    package var port: Int { currentPort.withLock { $0 } }

    /// The directory with the server's socket, which libpq takes as a host.
    package var socketDirectory: String { layout.socketDirectory }

    /// The file with the password for the loopback port, in the form libpq reads; readable by us alone.
    package var passwordFile: String { layout.passwordFile }

    /// A URI for libpq that reaches a database through the socket, as a role, without a password.
    package func connectionString(database: String, role: String = superuser) -> String {
        Self.uri(to: database, in: layout, port: port, role: role)
    }

    static func uri(to database: String, in layout: ClusterLayout, port: Int, role: String) -> String {
        uri(
            authority: "",
            database: database,
            parameters: [("host", layout.socketDirectory), ("port", String(port)), ("user", role)]
        )
    }

    /// A URI for libpq that reaches a database through the loopback port; the password stays in its file.
    package func loopbackConnectionString(database: String) -> String {
        Self.uri(
            authority: "\(Self.superuser)@127.0.0.1:\(port)",
            database: database,
            parameters: [("passfile", layout.passwordFile)]
        )
    }

    /// A command for a terminal, of this user or of root, that opens psql on a database.
    package func psqlCommand(database: String) -> String {
        "\(Self.quoted(binaries.psql)) \(Self.quoted(connectionString(database: database)))"
    }

    private static func uri(authority: String, database: String, parameters: [(String, String)]) -> String {
        let query = parameters.map { "\($0)=\(escaped($1))" }.joined(separator: "&")
        return "postgresql://\(authority)/\(escaped(database))?\(query)"
    }

    /// Percent-encoded, but for what is safe anywhere in a URI; a slash would only be unsafe in the database's name.
    private static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                return String(UnicodeScalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                return "%" + (digits.count == 1 ? "0" : "") + digits
            }
        }.joined()
    }

    /// One word for a shell, whatever it contains.
    private static func quoted(_ word: String) -> String {
        let isPlain = word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "/._-".contains($0)) }
        return isPlain
            ? word
            : "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
                + "'"
    }
}

extension PrivateCluster {
    /// The directory that holds all there is, absolute and without links.
    package var stateDirectory: String { layout.state }

    /// The directory with the server's log, one file for each day of the week.
    package var logDirectory: String { layout.log }

    /// What the server said last, for messages about its end.
    package var lastLogLines: [String] { ServerLog.tail(in: layout) }

    /// A URI that reaches a database of the server in a state directory, whoever its master is.
    package static func connectionString(
        to stateDirectory: String,
        database: String
    ) -> String? {
        guard let control = existing(in: stateDirectory) else { return nil }
        return uri(to: database, in: control.layout, port: control.note?.port ?? socketPort, role: superuser)
    }
}
