import Postgres

/// What a commit survives, by the settings of this session.
package struct Durability: Sendable, Equatable {
    package let syncsToDisk: Bool
    package let synchronousCommit: String
    /// The setting synchronous_standby_names.
    package let standbyNames: String
    /// Synchronous standbys that are connected; nil for those who may not see them.
    package let synchronousStandbys: Int?

    init(_ row: Row) throws {
        syncsToDisk = try row.decode("syncs_to_disk")
        synchronousCommit = try row.decode("synchronous_commit")
        standbyNames = try row.decode("standby_names")
        synchronousStandbys = try row.decode("synchronous_standbys")
    }

    package var sentence: String {
        guard syncsToDisk else { return "fsync is off: a crash of the machine loses commits" }
        switch synchronousCommit {
        case "off": return "synchronous_commit is off: a crash loses the latest commits"
        case "local": return Self.local
        default: break
        }
        guard !standbyNames.isEmpty else { return Self.local }
        return switch synchronousStandbys {
        case nil: "a commit waits for synchronous standbys (\(standbyNames))"
        case 0?: "synchronous standbys are asked for (\(standbyNames)) and none is connected: commits wait"
        case let count?:
            "a commit survives the loss of this machine (\(count) synchronous standby\(count == 1 ? "" : "s"))"
        }
    }

    private static let local = "a commit survives a crash of the server, not the loss of its disk"
}
