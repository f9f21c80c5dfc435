/// The text of the configuration file that the server includes after its own.
struct ServerSettings {
    /// Decided here, because the rest of the cluster relies on them.
    private static let reserved: Set<String> = [
        "cluster_name", "data_directory", "external_pid_file", "hba_file", "listen_addresses",
        "log_directory",
        "port", "unix_socket_directories", "unix_socket_permissions",
    ]

    /// One line for each setting, in order of name, so that equal settings give equal text.
    let text: String

    init(configuration: ClusterConfiguration, layout: ClusterLayout, port: Int) throws {
        for name in configuration.settings.keys {
            guard !Self.reserved.contains(name.lowercased()) else {
                throw ClusterError.settingRefused(name: name, reason: "the private cluster sets it itself")
            }
        }
        var settings = configuration.profile.settings
        settings.merge(configuration.settings) { $1 }
        settings["cluster_name"] = layout.clusterName
        settings["unix_socket_directories"] = Self.listItem(layout.socketDirectory)
        settings["unix_socket_permissions"] = "0700"
        settings["listen_addresses"] = configuration.listening == .socketOnly ? "" : "127.0.0.1"
        settings["port"] = String(port)
        settings["log_directory"] = layout.log
        let lines = try settings.sorted { $0.key < $1.key }.map { try Self.line($0.key, $0.value) }
        text = lines.joined(separator: "\n") + "\n"
    }

    /// One setting in the syntax of postgresql.conf.
    static func line(_ name: String, _ value: String) throws -> String {
        let isName = name.utf8.enumerated().allSatisfy { index, byte in
            switch UInt8(byte) {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "_"):
                true
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."): index > 0
            default: false
            }
        }
        guard isName, !name.isEmpty else {
            throw ClusterError.settingRefused(name: name, reason: "this is not a setting's name")
        }
        guard !value.utf8.contains(0) else {
            throw ClusterError.settingRefused(name: name, reason: "its value contains a zero byte")
        }
        let quoted = value.map { character in
            switch character {
            case "'": "''"
            case "\\": "\\\\"
            case "\n": "\\n"
            case "\r": "\\r"
            case "\r\n": "\\r\\n"
            default: String(character)
            }
        }
        return "\(name) = '\(quoted.joined())'"
    }

    /// One entry of a setting that is a list of names, where commas and blanks separate and capitals get lost.
    private static func listItem(_ text: String) -> String {
        "\"" + text.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
    }
}

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
            // One file for each day of the week, restarted each week.
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
