internal import Files
internal import Glibc

/// Why a private PostgreSQL cannot be had, in words that say what to do about it.
package enum ClusterError: Error, Sendable, Equatable {
    case binariesNotFound(searched: [String], major: Int?)
    case binariesUnusable(directory: String, reason: String)
    case versionMismatch(dataDirectory: String, found: String, offered: Int?)
    case serverUserUnusable(name: String, reason: String)
    case directoryClosed(String, user: String, closedAt: String)
    case inUse(directory: String, pid: Int32?)
    case dataDirectoryNotOurs(String, owner: String, expected: String)
    case dataDirectoryOpenToOthers(String, mode: String)
    case dataDirectoryIncomplete(String)
    case directoryTaken(String, owner: String)
    case portInUse(Int)
    case diskFull(String, log: [String])
    case settingRefused(name: String, reason: String)
    case initializationFailed(directory: String, log: [String])
    case startFailed(directory: String, log: [String])
    case startTimedOut(directory: String, after: Duration, log: [String])
    case stopTimedOut(directory: String, pid: Int32, after: Duration)
    case fileOperationFailed(String, path: String, errno: Int32)

    init(_ error: FileError) {
        let errorNumber = if case .system(let number) = error.reason { number } else { EINVAL }
        self = .failure(to: error.operation.rawValue, error.path, errno: errorNumber)
    }

    /// What a failed call of the C library means; a full disk is named as such.
    static func failure(to operation: String, _ path: String, errno code: Int32) -> ClusterError {
        code == ENOSPC || code == EDQUOT
            ? .diskFull(path, log: []) : .fileOperationFailed(operation, path: path, errno: code)
    }
}

extension ClusterError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .binariesNotFound(let searched, let major):
            """
            PostgreSQL\(major.map { " \($0)" } ?? "") server programs (initdb, postgres) not found; looked in \
            \(searched.joined(separator: ", ")); install them (apt-get install postgresql-\(major ?? 15)) \
            or set PGSYNC_PG_BINDIR to their directory
            """
        case .binariesUnusable(let directory, let reason):
            "cannot use the PostgreSQL programs in \(directory): \(reason); correct or unset PGSYNC_PG_BINDIR"
        case .versionMismatch(let directory, let found, let offered):
            """
            \(directory) was created by PostgreSQL \(found)\(offered.map { ", but the programs are of version \($0)" } ?? ""); \
            pgsync works with PostgreSQL 14 to 18: install the same version, upgrade the directory with pg_upgrade, \
            or choose another state directory
            """
        case .serverUserUnusable(let name, let reason):
            """
            PostgreSQL cannot run as user "\(name)": \(reason); \
            set PGSYNC_CLUSTER_USER to an existing user other than root
            """
        case .directoryClosed(let directory, let user, let closedAt):
            """
            user "\(user)" cannot reach \(directory) because it cannot enter \(closedAt); choose a state directory \
            outside of it, for example /var/lib/pgsync, or allow passage with: chmod o+x \(closedAt)
            """
        case .inUse(let directory, let pid):
            "\(directory) is in use by \(pid.map { "process \($0)" } ?? "another process"); stop that one first"
        case .dataDirectoryNotOurs(let directory, let owner, let expected):
            """
            data directory \(directory) belongs to user "\(owner)", but the server runs as "\(expected)"; \
            start as that user, or choose another state directory
            """
        case .dataDirectoryOpenToOthers(let directory, let mode):
            "data directory \(directory) has mode \(mode), open to other users; correct it with: chmod 700 \(directory)"
        case .dataDirectoryIncomplete(let directory):
            "\(directory) is not empty, but not a PostgreSQL data directory either; move it away, or remove it"
        case .directoryTaken(let directory, let owner):
            "\(directory) belongs to user \"\(owner)\"; remove it, or choose another state directory"
        case .portInUse(let port):
            "port \(port) on 127.0.0.1 is in use by another program; choose another port, or 0 for any free one"
        case .diskFull(let path, let log):
            "no space left on the disk of \(path); free some, then start again\(Self.appendix(log))"
        case .settingRefused(let name, let reason):
            "server setting \"\(name)\" refused: \(reason)"
        case .initializationFailed(let directory, let log):
            "initdb could not make a data directory in \(directory)\(Self.appendix(log))"
        case .startFailed(let directory, let log):
            "PostgreSQL in \(directory) did not start\(Self.appendix(log))"
        case .startTimedOut(let directory, let limit, let log):
            """
            PostgreSQL in \(directory) was not ready within \(limit); it may still be recovering: \
            look at the log, start again\(Self.appendix(log))
            """
        case .stopTimedOut(let directory, let pid, let limit):
            """
            PostgreSQL in \(directory) (process \(pid)) did not stop within \(limit); \
            clients may still be connected: stop it in fast or immediate mode
            """
        case .fileOperationFailed(let operation, let path, let code):
            "cannot \(operation) \(path): \(FileError.text(of: code))"
        }
    }

    private static func appendix(_ log: [String]) -> String {
        log.isEmpty ? "" : "; its last log lines:\n" + log.map { "  " + $0 }.joined(separator: "\n")
    }
}
