package import Postgres

/// The sessions of this role that read a table for an emptied part.
package struct ReadingStore {
    private let session: Session

    package init(_ session: Session) {
        self.session = session
    }

    /// Finds those that take too long, or hold locks that a reading does not need; returns the processes.
    ///
    /// Only code of the table's owner, which runs there, can have taken such locks: it could block all
    /// posting with them. It can ignore a cancel request, but not termination.
    package func find(
        _ process: Int32? = nil,
        after limit: Duration? = nil,
        holdingLocksAfter lockLimit: Duration = .zero,
        isEnding: Bool = false
    ) throws -> [Int32] {
        let limits = (limit.map { $0 / .seconds(1) }, lockLimit / .seconds(1))
        return try session.query(
            """
            select reading.pid, case when \(isEnding) then pg_terminate_backend(reading.pid) end
            from pg_stat_activity as reading
            cross join lateral (select clock_timestamp() - reading.query_start as value) as age
            where reading.usename = current_user
                and reading.datname = current_database()
                and reading.pid <> pg_backend_pid()
                and reading.state <> 'idle'
                and reading.query like '%pgsync.find\\_truncated(%'
                and (\(process)::integer is null or reading.pid = \(process)::integer)
                and (
                    age.value >= make_interval(secs => \(limits.0)::double precision)
                    or age.value >= make_interval(secs => \(limits.1)) and exists (
                        select
                        from pg_locks as held
                        where held.pid = reading.pid
                            and held.locktype = 'advisory'
                            and held.granted
                            and (held.classid, held.objid, held.objsubid, held.mode)
                                <> (1886876531, 5 /* reading */, 2, 'ShareLock')
                    )
                )
            order by reading.pid
            """
        ).map { try $0.decode(0) }
    }
}
