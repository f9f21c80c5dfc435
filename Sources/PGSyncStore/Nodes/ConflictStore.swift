package import JSON
package import Postgres

/// Records that two systems changed at once.
package struct ConflictStore {
    private let session: Session

    package init(_ session: Session) { self.session = session }

    package struct Filter: Sendable {
        package var state: String?
        package var node: String?
        package var table: String?
        package var limit = 100

        package init() {}
    }

    private static let columns = """
        select
            own.id, pgsync.exchanged_name(own.source_table) as table_name, own.record_id, own.node, own.type, own.policy,
            own.resolution, own.state, own.noted_at, own.decided_by, own.decided_at, own.error_class, own.error_message,
            own.local_version, own.remote_version, own.base_version
        """

    package struct Conflict: Sendable {
        package let id: Int64
        package let table: String
        package let record: String
        package let node: String
        package let type: String
        package let policy: String
        package let resolution: String
        package let state: String
        package let notedAt: Timestamp
        package let decidedBy: String?
        package let decidedAt: Timestamp?
        package let errorClass: String?
        package let error: String?
        package let localVersion: String?
        package let remoteVersion: String?
        package let baseVersion: String?

        init(_ row: Row) throws {
            id = try row.decode("id")
            table = try row.decode("table_name")
            record = try row.decode("record_id")
            node = try row.decode("node")
            type = try row.decode("type")
            policy = try row.decode("policy")
            resolution = try row.decode("resolution")
            state = try row.decode("state")
            notedAt = try row.decode("noted_at")
            decidedBy = try row.decode("decided_by")
            decidedAt = try row.decode("decided_at")
            errorClass = try row.decode("error_class")
            error = try row.decode("error_message")
            localVersion = try row.decode("local_version")
            remoteVersion = try row.decode("remote_version")
            baseVersion = try row.decode("base_version")
        }
    }

    /// The newest first.
    package func list(_ filter: Filter) throws -> [Conflict] {
        try session.query(
            Query(
                Self.columns + """
                     from pgsync.conflicts as own
                    where ($1::text is null or own.state = $1)
                        and ($2::text is null or own.node = $2)
                        and ($3::text is null or pgsync.exchanged_name(own.source_table) = $3)
                    order by own.id desc
                    limit $4
                    """,
                [filter.state, filter.node, filter.table, filter.limit]
            )
        ).map(Conflict.init)
    }

    /// A conflict with the rows of both sides.
    package func show(_ id: Int64) throws -> (conflict: Conflict, rows: JSONValue) {
        let found = try session.query(
            Query(
                Self.columns + """
                    , json_build_object(
                            'local', own.local_image, 'remote', own.remote_image, 'base', own.base_image,
                            'result', own.result_image
                        )::text as images
                    from pgsync.conflicts as own
                    where own.id = $1
                    """,
                [id]
            )
        ).first
        guard let found else { throw StoreError.noSuchConflict(id) }
        return (
            try Conflict(found), try JSONValue(parsing: try found.decode("images", as: String.self))
        )
    }

    /// Settles it; what was done, and the version that wins everywhere.
    package func resolve(_ id: Int64, take: String, row: String?) throws -> (
        resolution: String, version: String
    ) {
        do {
            return try session.asOperator {
                let row = try session.query(
                    "select resolution, version from pgsync.resolve_conflict(\(id), \(take), \(row)::text::jsonb)"
                ).onlyRow()
                return (try row.decode("resolution"), try row.decode("version"))
            }
        } catch let error as PostgresError where error.sqlState?.code == "P0002" {
            throw StoreError.noSuchConflict(id)
        }
    }

    package struct Replay: Sendable {
        package let id: Int64
        package let table: String
        package let record: String
        package let type: String
        package let resolution: String
        package let other: String
        package let differs: Bool
        package let rows: JSONValue
    }

    /// What another policy would have made of the conflicts so far.
    package func replay(_ policy: SyncPolicy, table: String?, limit: Int) throws -> [Replay] {
        try session.query(
            """
            select own.conflict, pgsync.exchanged_name(own.source_table) as table_name, own.record_id, own.type,
                own.resolution, own.other_resolution, own.differs,
                json_build_object('was', own.result_image, 'would_be', own.other_image)::text as images
            from pgsync.replay_conflicts(
                \(policy.name), \(policy.columns), \(policy.nodes),
                (select synced.source_table from pgsync.synced_tables() as synced where synced.name = \(table)), \(limit)::integer
            ) as own
            """
        ).map { row in
            Replay(
                id: try row.decode("conflict"),
                table: try row.decode("table_name"),
                record: try row.decode("record_id"),
                type: try row.decode("type"),
                resolution: try row.decode("resolution"),
                other: try row.decode("other_resolution"),
                differs: try row.decode("differs"),
                rows: try JSONValue(parsing: try row.decode("images", as: String.self))
            )
        }
    }
}
