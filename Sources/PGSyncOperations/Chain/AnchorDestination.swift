import PGSyncCore

/// A place outside the database to which heads of the chain are written.
///
/// Places are told to whoever writes there and are never read from the database: who may write into the database must
/// not choose which files a worker appends to or which programs it runs.
package enum AnchorDestination: Sendable, Equatable {
    /// A file, to which lines are appended.
    case file(String)
    /// The system log, through `logger`.
    case systemLog
    /// Another database: a service in `pg_service.conf`, with its password in `.pgpass`.
    case database(service: String)
    /// A program with its arguments, which reads the line from its standard input.
    case command([String])

    /// Reads `file:PATH`, `syslog`, `database:SERVICE` or `command:PROGRAM ARGUMENTS`; arguments end at blanks.
    package init?(_ text: String) {
        if text == "syslog" {
            self = .systemLog
            return
        }
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return nil }
        switch parts[0] {
        case "file": self = .file(parts[1])
        case "database": self = .database(service: parts[1])
        case "command":
            let words = parts[1].split(separator: " ").map(String.init)
            guard !words.isEmpty else { return nil }
            self = .command(words)
        default: return nil
        }
    }

    /// The destination as ``init(_:)`` reads it.
    package var text: String {
        switch self {
        case .systemLog: "syslog"
        case .file, .database: "\(kind):\(place)"
        case .command(let words): "command:" + words.joined(separator: " ")
        }
    }

    package var kind: String {
        switch self {
        case .file: "file"
        case .systemLog: "syslog"
        case .database: "database"
        case .command: "command"
        }
    }

    /// What the database remembers of it: of a command the program, and its arguments only by the beginning of their
    /// SHA-256, because they may be secrets.
    package var place: String {
        switch self {
        case .file(let path): path
        case .systemLog: "syslog"
        case .database(let service): service
        case .command(let words) where words.count == 1: words[0]
        case .command(let words):
            words[0] + " #" + SHA256.hexadecimalDigest(of: words.dropFirst().joined(separator: " ")).prefix(8)
        }
    }
}

/// Why an anchor was not written.
package enum AnchorError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The place and the chain contradict each other; says how.
    case broken(place: String, String)
    /// Nothing is chained yet.
    case nothingChained
    case cannotWrite(place: String, reason: String)
    case cannotRead(place: String, reason: String)

    package var errorClass: String {
        if case .broken = self { "chain.broken" } else { "chain.anchor" }
    }

    package var description: String {
        switch self {
        case .broken(let place, let what): "\(place) \(what); nothing was written there"
        case .nothingChained: "nothing is chained yet, so there is nothing to anchor"
        case .cannotWrite(let place, let reason): "cannot write an anchor to \(place): \(reason)"
        case .cannotRead(let place, let reason): "cannot read anchors from \(place): \(reason)"
        }
    }
}
