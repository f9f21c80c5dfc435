package import Postgres

/// A public key that images can be encrypted for.
package struct ImageKey: Sendable, Equatable {
    package let name: String
    /// The OpenPGP number of the key that encrypts.
    package let openPGPID: String
    package let addedAt: Timestamp
    package let addedBy: String
    /// The attached tables whose images are encrypted for it.
    package let tables: [String]

    init(_ row: Row) throws {
        name = try row.decode("name")
        openPGPID = try row.decode("openpgp_id")
        addedAt = try row.decode("added_at")
        addedBy = try row.decode("added_by")
        tables = try row.decode("tables")
    }
}

/// One or several private keys in ASCII armor, which are never printed.
package struct PrivateKeys: Sendable, Equatable, CustomStringConvertible {
    let text: String

    /// nil if there is none in the text.
    package init?(_ text: String) {
        guard text.contains("-----BEGIN PGP PRIVATE KEY BLOCK-----") else { return nil }
        self.text = text
    }

    package var description: String { "private keys" }
}

/// The keys of encrypted images.
package struct ImageKeyStore {
    private let session: Session

    package init(_ session: Session) {
        self.session = session
    }

    package func list() throws -> [ImageKey] {
        try session.query(
            """
            select
                key.name, key.openpgp_id, key.added_at, key.added_by,
                array(
                    select source.table_name
                    from pgsync.sources as source
                    where source.image_key = key.name and source.attached
                    order by source.table_name
                ) as tables
            from pgsync.image_keys as key
            order by key.name
            """
        ).map(ImageKey.init)
    }

    /// Adds a public key in ASCII armor; returns its OpenPGP number.
    package func add(_ name: String, _ publicKey: String) throws -> String {
        let user: String = try session.query("select current_user::text").onlyRow().decode(0)
        do {
            return try session.query("select pgsync.add_image_key(\(name), \(publicKey))").onlyRow().decode(0)
        } catch let error as PostgresError where error.kind == .server && error.hint != nil {
            throw StoreError.refused(error)
        } catch let error as PostgresError where error.sqlState == .insufficientPrivilege {
            throw StoreError.notOperator(user)
        }
    }

    // MARK: Private keys

    /// Gives private keys to the rest of the transaction; throws if the server would write them into its log.
    package func give(_ keys: PrivateKeys) throws {
        do {
            try session.pipeline(Self.giving(keys))
        } catch let error as PostgresError where error.isLeak {
            throw StoreError.keyWouldLeak(error)
        }
    }

    /// The steps that do so, for a pipeline: where the first fails, the server does not look at the second.
    static func giving(_ keys: PrivateKeys) -> [Query] {
        ["select pgsync.refuse_leaks()", "select set_config('pgsync.image_keys', \(keys.text), true)"]
    }

    /// Throws if these tables, or all, have encrypted images that the keys do not open.
    package func requireKeys(_ keys: PrivateKeys?, for filter: SourceFilter) throws {
        let opened: [String] =
            try keys.map { keys in
                try session.transaction {
                    try give(keys)
                    return try session.query("select opened from pgsync.opened_image_keys() as opened").map {
                        try $0.decode(0)
                    }
                }
            } ?? []
        let closed = try session.query(
            """
            select source.image_key, array_agg(source.table_name order by source.table_name) as tables
            from pgsync.sources as source
            where source.attached
                and source.image_key is not null
                and source.image_key <> all(\(opened))
                and source.source_table = any(
                    coalesce(\(filter.parameter)::regclass[], array[source.source_table])
                )
            group by source.image_key
            order by source.image_key
            """
        )
        guard let first = closed.first else { return }
        throw StoreError.needsPrivateKey(
            try first.decode("image_key"),
            tables: try first.decode("tables"),
            hasOthers: keys != nil
        )
    }
}

extension PostgresError {
    /// Whether `pgsync.refuse_leaks` has raised it.
    var isLeak: Bool { sqlState?.code == "PS001" }
}
