import Postgres

/// Where the user's own sessions look for a table without a schema; ours only look in pg_catalog.
struct UserPath {
    private let session: Session

    init(_ session: Session) {
        self.session = session
    }

    /// The schemas, the first one first.
    ///
    /// The path is that of the server, the database, the role or the connection string. It is set for one
    /// function of a statement that was parsed without it, so that nothing else is ever looked up there.
    func schemas() throws -> [String] {
        try session.query(
            """
            select found.schemas::text[]
            from (
                select current_setting('search_path') as own, setting.reset_val as users
                from pg_catalog.pg_settings as setting
                where setting.name = 'search_path'
                offset 0
            ) as path
            cross join lateral (
                select set_config('search_path', path.users, true) as present offset 0
            ) as entered
            cross join lateral (
                select case when entered.present is not null then current_schemas(true) end as schemas offset 0
            ) as found
            cross join lateral (
                select case when found.schemas is not null then set_config('search_path', path.own, true) end as present
                offset 0
            ) as restored
            where restored.present is not null
            """
        ).onlyRow().decode(0)
    }
}
