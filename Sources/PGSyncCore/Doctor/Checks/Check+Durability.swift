extension Check {
    static let durability = [level, writeAhead, synchronousStandbys, checksums, walLevel]

    static let level = Check("durability.level", .durability, \.settings) { settings in
        let commit = settings["synchronous_commit"]
        let origin = settings.origin("synchronous_commit")
        guard settings.isOn("fsync") else {
            return .problem(
                "fsync is off: an operating-system crash loses commits",
                "A power failure may damage the whole database beyond repair.",
                remedy: "alter system set fsync = on; select pg_reload_conf();"
            )
        }
        guard commit != "off" else {
            return .warning(
                "synchronous_commit is off\(origin): a crash loses the latest commits",
                "Ledger entries disappear together with the changes they were posted for.",
                remedy: "turn synchronous_commit on where it was turned off: "
                    + "alter role … reset, alter database … reset, or postgresql.conf"
            )
        }
        let waitsForStandby = !settings["synchronous_standby_names"].isEmpty && commit != "local"
        return waitsForStandby
            ? .ok("a commit survives the loss of this machine (synchronous_commit = \(commit)\(origin))")
            : .ok("a commit survives a crash of this machine's server, not the loss of its disk")
    }

    static let writeAhead = Check("durability.full_page_writes", .durability, \.settings) { settings in
        guard !settings.isOn("full_page_writes") else { return .ok("full_page_writes on") }
        return .warning(
            "full_page_writes is off",
            "A power failure can leave half-written pages, unless the file system rules that out.",
            remedy: "alter system set full_page_writes = on; select pg_reload_conf();"
        )
    }

    static let synchronousStandbys = Check("durability.standbys", .durability, \.replication) { replication in
        let synchronous = replication.standbys.filter(\.isSynchronous)
        let connected = Quantity.count(replication.standbys.count, "standby")
        guard !replication.synchronousNames.isEmpty else {
            return .ok("no synchronous standby configured; \(connected) connected")
        }
        guard synchronous.isEmpty else {
            return .ok("synchronous: \(synchronous.map(\.name).joined(separator: ", "))")
        }
        return .problem(
            "synchronous standbys are configured (\(replication.synchronousNames)), but none is connected",
            "Every commit waits until one connects.",
            remedy:
                "Start the standby, or: alter system reset synchronous_standby_names; select pg_reload_conf();"
        )
    }

    static let checksums = Check("durability.data_checksums", .durability, \.settings) { settings in
        guard !settings.isOn("data_checksums") else { return .ok("data checksums on") }
        return .note(
            "data checksums are off",
            "Pages that the disk has corrupted go unnoticed.",
            remedy: "pg_checksums --enable    (while the server is stopped)"
        )
    }

    static let walLevel = Check("durability.wal_level", .durability, \.settings) { settings in
        let level = settings["wal_level"]
        guard level == "minimal" else { return .ok("wal_level \(level)") }
        return .note(
            "wal_level minimal",
            "Neither standbys nor continuous archiving are possible.",
            remedy: "alter system set wal_level = replica;    (then restart the server)"
        )
    }
}
