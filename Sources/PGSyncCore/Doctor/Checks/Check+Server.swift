extension Check {
    static let server = [version, writability, encoding]

    /// The first minor releases that came out in 2024: anything older lacks fixes for data loss and security.
    private static let oldestGoodMinor = [14: 11, 15: 6, 16: 2]

    static let version = Check("server.version", .server, \.server) { server in
        let found = "PostgreSQL \(server.major).\(server.minor)"
        switch server.major {
        case ..<14:
            return .problem(
                found,
                "pgsync needs PostgreSQL 14 or later.",
                remedy: "Upgrade the server."
            )
        case 19...:
            return .note(found, "pgsync was tested with PostgreSQL 14 to 18 only.")
        default:
            guard server.minor < oldestGoodMinor[server.major] ?? 0 else { return .ok(found) }
            return .warning(
                found,
                "It lacks years of fixes for data loss and security.",
                remedy:
                    "Install the latest minor release of PostgreSQL \(server.major); it needs no upgrade of the data."
            )
        }
    }

    static let writability = Check("server.writable", .server, \.server) { server in
        if server.isStandby {
            return .problem(
                "standby",
                "A standby is read-only: migrations and workers cannot run here.",
                remedy: "Connect to the primary, for example with target_session_attrs=read-write."
            )
        }
        guard server.isReadOnly else { return .ok("primary, writable") }
        return .problem(
            "primary, but sessions are read-only",
            "default_transaction_read_only is on: every write fails.",
            remedy: "alter database \(SQLText.name(server.database)) reset default_transaction_read_only;"
        )
    }

    static let encoding = Check("database.encoding", .server, \.server) { server in
        guard server.encoding != "UTF8" else { return .ok("UTF8") }
        return .problem(
            server.encoding,
            "Text outside this encoding cannot be captured or posted.",
            remedy: "create database … encoding 'UTF8' template template0; and move the data there."
        )
    }
}
