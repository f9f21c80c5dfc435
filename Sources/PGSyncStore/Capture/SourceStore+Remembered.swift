import Postgres

extension SourceStore {
    /// Finds a table that there is information about, even if detached or dropped.
    ///
    /// A name means the table that has it, or else the one that had it last; a number always means the table
    /// with that number, which distinguishes it from another that has taken its name.
    package func rememberedTable(named name: String) throws -> TableReference {
        if let number = Int64(name), let found = try remembered(number: number).first { return found }
        let present = Result { try table(named: name) }
        if case .success(let table) = present, try !remembered(number: table.id).isEmpty { return table }
        if case .failure(StoreError.unreadableName) = present { return try present.get() }
        guard let gone = try remembered(name: name).first else { return try present.get() }
        return gone
    }

    private func remembered(number: Int64) throws -> [TableReference] {
        try session.query(
            """
            select
                source.source_table::oid::bigint as id,
                coalesce(pgsync.qualified_name(source.source_table), source.table_name) as name
            from pgsync.sources as source
            where source.source_table::oid::bigint = \(number)
            """
        ).map { TableReference(id: try $0.decode("id"), name: try $0.decode("name")) }
    }

    /// Dropped tables, by their former names, the latest first.
    private func remembered(name: String) throws -> [TableReference] {
        try session.query(
            """
            select source.source_table::oid::bigint as id, source.table_name as name
            from pgsync.sources as source
            cross join pg_catalog.parse_ident(source.table_name) as known
            cross join pg_catalog.parse_ident(\(name)) as wanted
            where not exists (select from pg_catalog.pg_class as relation where relation.oid = source.source_table)
                and known[2] = wanted[cardinality(wanted)]
                and (cardinality(wanted) = 1 or known[1] = wanted[1])
            order by source.attached_at desc
            limit 1
            """
        ).map { TableReference(id: try $0.decode("id"), name: try $0.decode("name")) }
    }
}
