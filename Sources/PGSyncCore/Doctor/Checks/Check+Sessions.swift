extension Check {
    static let sessions = [connections, timeouts, pooler, foreignLocks]

    static let connections = Check("sessions.connections", .sessions, \.capacity) { capacity in
        let found =
            "\(capacity.used) of \(capacity.available) in use (\(capacity.reserved) more are reserved)"
        guard capacity.used * 10 >= capacity.available * 8 else { return .ok(found) }
        return .warning(
            found,
            "When they run out, workers and applications cannot connect.",
            remedy:
                "Use a connection pooler, end idle sessions, or raise max_connections and restart the server."
        )
    }

    static let timeouts = Check("sessions.timeouts", .sessions, \.settings) { settings in
        let dangerous = [
            "statement_timeout", "transaction_timeout", "idle_in_transaction_session_timeout",
            "idle_session_timeout",
        ].filter { settings.number($0) > 0 }
        guard !dangerous.isEmpty else { return .ok("no timeout interrupts this user") }
        let list = dangerous.map { name in
            "\(name) = \(Quantity.time(.milliseconds(settings.number(name))))\(settings.origin(name))"
        }.joined(separator: ", ")
        return .note(
            list,
            "The server aborts what takes longer, and pgsync tries again; a worker may be idle for hours.",
            remedy: "alter role … set \(dangerous[0]) = 0;    (for the user workers connect as)"
        )
    }

    static let pooler = Check("connection.pooler", .sessions, \.connection) { connection in
        guard connection.isPooled else { return .ok("direct connection") }
        return .warning(
            "connected through a pooler",
            "In transaction mode, a worker does not work without --poll: LISTEN "
                + "needs a session of its own.",
            remedy: "pgsync worker --poll    (or give workers the address of the server itself)"
        )
    }

    static let foreignLocks = Check("sessions.foreign_locks", .sessions, \.foreignLocks) { locks in
        guard !locks.isEmpty else { return .ok("no session outside pgsync holds its locks") }
        let found = locks.map(\.sentence).joined(separator: "; ")
        // A prepared transaction has no session that could be ended.
        let release = Set(locks.map { $0.release ?? "select * from pg_prepared_xacts;" }).sorted()
        let remedy = "\(release.joined(separator: " ")) and find out who holds it"
        let meaning = "Anyone who can connect can take such a lock. No data is lost"
        return locks.contains(where: \.stopsWork)
            ? .problem(found, "\(meaning), but changes wait or capture is not inspected.", remedy: remedy)
            : .warning(found, "\(meaning).", remedy: remedy)
    }
}
