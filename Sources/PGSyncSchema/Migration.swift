import PGSyncCore
package import Postgres

/// A numbered step that is applied once and never changes.
package struct Migration: Sendable, Equatable {
    package let path: String
    package let number: Int
    package let name: String
    package let text: String
    package let checksum: String
    /// Whether programs that do not know this migration must stop once it is applied.
    package let isBreaking: Bool

    /// Reads a file named `migrations/NNNN_snake_case.sql`; nil for any other.
    package init?(_ file: EmbeddedFile) {
        let parts = file.path.split(separator: "/")
        guard parts.count == 2, parts[0] == "migrations", parts[1].hasSuffix(".sql"),
            let number = Int(parts[1].prefix(4))
        else { return nil }
        self.path = file.path
        self.number = number
        self.name = String(parts[1].dropFirst(5).dropLast(4))
        self.text = file.text
        self.checksum = SHA256.hexadecimalDigest(of: file.text)
        self.isBreaking = file.text.hasPrefix("--! breaking\n")
    }
}

/// What an operator may want to see while a migration runs.
package enum MigrationEvent: Sendable, Equatable {
    /// Another migrator is at work; nil when it has just finished.
    case waiting(for: LockHolder?)
    case applied(step: String, duration: Duration)
    /// The server sent a notice, for example about missing roles.
    case notice(ServerNotice)
    /// Other sessions kept this table from being cut into ranges.
    case gaveUpCutting(table: String)
}

/// A file of `migrations/` or `sql/`, as embedded in this binary.
package struct EmbeddedFile: Sendable, Equatable {
    /// The path in the source tree, such as `sql/functions/set_configuration.sql`.
    package let path: String
    package let text: String

    package init(path: String, text: String) {
        self.path = path
        self.text = text
    }
}
