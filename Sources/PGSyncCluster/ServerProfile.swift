/// For what a server is set up.
package enum ServerProfile: String, Sendable {
    /// Keeps what it was told, as far as the disk does.
    case durable
    /// Fast, and gone with the machine: for tests. Such a cluster is removed by a sweep once its owner is dead.
    case testing

    /// The settings that differ from PostgreSQL's own.
    var settings: [String: String] {
        switch self {
        case .durable:
            // One file for each day of the week, begun anew each week.
            [
                "logging_collector": "on", "log_filename": "server-%a.log", "log_rotation_age": "1d",
                "log_rotation_size": "0", "log_truncate_on_rotation": "on",
            ]
        case .testing:
            [
                "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
                "max_connections": "500", "shared_buffers": "64MB",
            ]
        }
    }
}
