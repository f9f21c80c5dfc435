import PGSyncCore

/// Something that can be made again at any time: a function, a trigger, a view, the roles or the grants.
package struct SQLObject: Sendable, Equatable {
    /// What it makes, in the order in which the kinds are applied.
    package enum Kind: Int, Sendable, Comparable {
        case roles, function, trigger, view, grants

        package static func < (left: Kind, right: Kind) -> Bool { left.rawValue < right.rawValue }
    }

    /// What it is on record as: the path of its file without the room it lies in, which says nothing to a database.
    package let path: String
    package let kind: Kind
    package let name: String
    package let text: String
    package let checksum: String

    /// Reads a file of `sql/`; nil for any other.
    package init?(_ file: EmbeddedFile) {
        let parts = file.path.split(separator: "/")
        guard parts.first == "sql", let fileName = parts.last, fileName.hasSuffix(".sql") else { return nil }
        switch parts.dropFirst().first {
        case "roles.sql": kind = .roles
        case "functions": kind = .function
        case "triggers": kind = .trigger
        case "views": kind = .view
        case "grants.sql": kind = .grants
        default: return nil
        }
        self.path = parts.count <= 3 ? file.path : "sql/\(parts[1])/\(fileName)"
        self.name = String(fileName.dropLast(4))
        self.text = file.text
        self.checksum = SHA256.hexadecimalDigest(of: file.text)
    }

    /// What is recorded once this is applied: its checksum, and for the grants also which roles there were, because
    /// the same text grants more when a role appears.
    package func recordedChecksum(existingRoles: Set<String>) -> String {
        guard kind == .grants else { return checksum }
        return SHA256.hexadecimalDigest(of: "\(checksum) \(existingRoles.sorted().joined(separator: ","))")
    }
}
