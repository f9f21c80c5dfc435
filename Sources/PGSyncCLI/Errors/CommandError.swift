import PGSyncRules
import Postgres
import Services

/// What fails between the command line and the modules beneath it.
enum CommandError: Error {
    /// No connection could be made; the source says who chose the address.
    case cannotConnect(PostgresError, source: DatabaseSource)
    case unreadableURLFile(path: String, reason: String)
    case unreadableFile(path: String, reason: String)
    case cannotWrite(path: String, reason: String)
    case unreadableRules(path: String, reason: String)
    /// Something in the database has a name that no configuration can hold.
    case cannotExport(RuleProblem)
    /// There is nothing of pgsync in the database.
    case notInstalled(database: String)
    /// The login is not one that serves the dashboard.
    case mayNotServe(login: String)
    case interrupted(by: Signal)
    /// Another process is the master of the private server; `connection` reaches it all the same.
    case alreadyRunning(directory: String, processID: Int32?, connection: String?)
    case notRunning(directory: String)
    case serverDied(log: [String], directory: String)
}

extension CommandError: CustomStringConvertible {
    var description: String {
        switch self {
        case .cannotConnect(let error, let source):
            """
            \(error.explanation)
              The address comes \(source).
              \(Self.remedy(for: error))
            """
        case .unreadableURLFile(let path, let reason):
            "cannot read the URL of a database from \(path): \(reason)"
        case .unreadableFile(let path, let reason):
            "cannot read \(path): \(reason)"
        case .cannotWrite(let path, let reason):
            "cannot write \(path): \(reason); nothing was changed"
        case .unreadableRules(let path, let reason):
            "cannot read rules from \(path): \(reason)"
        case .cannotExport(let problem):
            "a configuration cannot say what is in the database:\n\(problem)"
        case .notInstalled(let database):
            "pgsync is not installed in database \(database); run pgsync migrate"
        case .mayNotServe(let login):
            "\(login) may not serve the dashboard; have its owner run: grant pgsync_dashboard to \(Identifier(login))"
        case .interrupted:
            "interrupted; unfinished work was rolled back"
        case .alreadyRunning(let directory, let processID, let connection):
            """
            \(processID.map { "process \($0)" } ?? "another process") runs the PostgreSQL in \(directory) already
            \(connection.map { "  To connect to it: psql '\($0)'\n" } ?? "")\
              To stop it: \(processID.map { "kill \($0)" } ?? "end that process"). \
            For another one: --state-dir DIR
            """
        case .notRunning(let directory):
            "no PostgreSQL runs in \(directory); start one with pgsync up, or name another directory with --state-dir"
        case .serverDied(let log, let directory):
            """
            PostgreSQL ended, but pgsync did not stop it; its last log lines:
            \(log.map { "  \($0)" }.joined(separator: "\n"))
              Its log is in \(directory). To start it again: pgsync up
            """
        }
    }

    private static func remedy(for error: PostgresError) -> String {
        switch error.sqlState {
        case .invalidPassword? where error.message.contains("no password supplied"):
            "The server asks for a password: put it in ~/.pgpass or the PGPASSFILE."
        case .invalidPassword?: "Put the right password in ~/.pgpass or the PGPASSFILE."
        case .invalidCatalogName?: "Create the database, or correct its name."
        case .tooManyConnections?: "End idle sessions, or try again later."
        case .cannotConnectNow?: "The server is starting or stopping: try again in a moment."
        default:
            error.kind == .invalidOptions
                ? "Example: postgresql://user@host:5432/database"
                : "For another address: --database-url, PGSYNC_DATABASE_URL or PGHOST. For a private server: pgsync up"
        }
    }
}
