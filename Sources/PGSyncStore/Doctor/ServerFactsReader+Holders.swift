import PGSyncCore
import Postgres

/// What keeps vacuum from removing rows, and the time.
extension ServerFactsReader {
    func heldSnapshots() throws -> [ServerFacts.Holder] {
        try session.query(
            """
            select
                'process ' || activity.pid || coalesce(' of ' || quote_ident(activity.usename), '')
                || coalesce(' (' || nullif(activity.application_name, '') || ')', '')
                || coalesce(', ' || activity.state, '') as name,
                (
                    extract(
                        epoch from clock_timestamp() - coalesce(activity.xact_start, activity.backend_start)
                    ) * 1000
                )::bigint as milliseconds,
                'select pg_terminate_backend(' || activity.pid || ');' as release
            from pg_stat_activity as activity
            where (activity.backend_xmin is not null or activity.backend_xid is not null)
                and activity.pid <> pg_backend_pid()
                and activity.backend_type in ('client backend', 'walsender')
            order by milliseconds desc
            limit 5
            """
        ).map(holder)
    }

    func preparedTransactions() throws -> [ServerFacts.Holder] {
        try session.query(
            """
            select
                quote_literal(prepared.gid) || ' of ' || quote_ident(prepared.owner)
                || ' in database ' || quote_ident(prepared.database) as name,
                (extract(epoch from clock_timestamp() - prepared.prepared) * 1000)::bigint as milliseconds,
                'rollback prepared ' || quote_literal(prepared.gid) || ';' as release
            from pg_prepared_xacts as prepared
            order by milliseconds desc
            limit 5
            """
        ).map(holder)
    }

    func foreignLocks(in schema: Reading<ServerFacts.Schema>) throws -> [ServerFacts.ForeignLock] {
        if case .known(.missing) = schema { return [] }
        guard case .known(.upToDate) = schema else { throw NoLocks() }
        return try StatusStore(session).foreignLocks().map { lock in
            ServerFacts.ForeignLock(sentence: lock.sentence, stopsWork: lock.stopsWork, release: lock.release)
        }
    }

    /// Why there is nothing to read.
    private struct NoLocks: Error, CustomStringConvertible {
        let description = "the schema is from another version of pgsync"
    }

    func replicationSlots() throws -> [ServerFacts.Slot] {
        try session.query(
            """
            select
                slot.slot_name::text as name,
                slot.active as is_active,
                pg_wal_lsn_diff(
                    case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end,
                    slot.restart_lsn
                )::bigint as retained
            from pg_replication_slots as slot
            order by slot.slot_name
            """
        ).map { row in
            ServerFacts.Slot(
                name: try row.decode("name"),
                isActive: try row.decode("is_active"),
                retainedBytes: try row.decode("retained")
            )
        }
    }

    /// Reads the time a few times and trusts the fastest answer.
    func clock() throws -> ServerFacts.Clock {
        let answers = try (1...5).map { _ in
            let before = now()
            let answer = try session.query(.prepared("select clock_timestamp()")).onlyRow()
            let uncertainty = (now() - before) / 2
            let server = try answer.decode(0, as: Timestamp.self).microsecondsSinceEpoch
            return ServerFacts.Clock(
                ahead: .microseconds(server) - before - uncertainty,
                uncertainty: uncertainty
            )
        }
        return answers.dropFirst().reduce(answers[0]) { $0.uncertainty <= $1.uncertainty ? $0 : $1 }
    }

    private func holder(_ row: Row) throws -> ServerFacts.Holder {
        ServerFacts.Holder(
            name: try row.decode("name"),
            age: .milliseconds(try row.decode("milliseconds", as: Int64.self)),
            release: try row.decode("release")
        )
    }
}
