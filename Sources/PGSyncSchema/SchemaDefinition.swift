/// The schema a binary needs: migrations in order, and the objects on top of them.
package struct SchemaDefinition: Sendable, Equatable {
    package let migrations: [Migration]
    /// In the order in which they are applied; the roles come before the migrations.
    package let objects: [SQLObject]

    /// What this binary was built with.
    package static let embedded = SchemaDefinition(EmbeddedSQL.files)

    package init(_ files: [EmbeddedFile]) {
        migrations = files.compactMap(Migration.init).sorted { $0.number < $1.number }
        objects = files.compactMap(SQLObject.init).sorted { ($0.kind, $0.path) < ($1.kind, $1.path) }
    }

    /// What creates the roles, for an administrator to run in any database of the server.
    package var rolesScript: String {
        objects.filter { $0.kind == .roles }.map(\.text).joined(separator: "\n")
    }

    /// The roles of pgsync; which of them exist decides what the grants do.
    package static let roles = [
        "pgsync_auditor", "pgsync_capture", "pgsync_importer", "pgsync_node", "pgsync_operator",
        "pgsync_owner",
        "pgsync_reader", "pgsync_site_reader", "pgsync_worker", "pgsync_dashboard", "pgsync_api_read",
        "pgsync_api_images",
        "pgsync_api_operate", "pgsync_api_admin", "pgsync_api_audit", "pgsync_api_site",
    ]
}
