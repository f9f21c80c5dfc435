/// What the server, the database and the current user allow.
package struct DatabaseFacts: Sendable, Equatable {
    /// The server's version as one number: 150018 is 15.18.
    package var serverVersion: Int
    package var encoding: String
    package var isStandby: Bool
    package var isReadOnly: Bool
    package var database: String
    package var user: String
    package var mayCreateSchemas: Bool
    package var mayCreateRoles: Bool
    /// Whether `pgsync.migrations` exists.
    package var isInstalled: Bool
    /// The owners of the schemas, where these exist.
    package var owner: String?
    package var ledgerOwner: String?
    package var mayActAsOwner: Bool
    /// Whether pgsync_reader exists and can read what was applied, as the grants say.
    package var readerMayRead: Bool
    /// Those of `SchemaDefinition.roles` that exist.
    package var existingRoles: Set<String>

    package init(
        serverVersion: Int,
        encoding: String,
        isStandby: Bool,
        isReadOnly: Bool,
        database: String,
        user: String,
        mayCreateSchemas: Bool,
        mayCreateRoles: Bool,
        isInstalled: Bool,
        owner: String?,
        ledgerOwner: String?,
        mayActAsOwner: Bool,
        readerMayRead: Bool = true,
        existingRoles: Set<String>
    ) {
        self.serverVersion = serverVersion
        self.encoding = encoding
        self.isStandby = isStandby
        self.isReadOnly = isReadOnly
        self.database = database
        self.user = user
        self.mayCreateSchemas = mayCreateSchemas
        self.mayCreateRoles = mayCreateRoles
        self.isInstalled = isInstalled
        self.owner = owner
        self.ledgerOwner = ledgerOwner
        self.mayActAsOwner = mayActAsOwner
        self.readerMayRead = readerMayRead
        self.existingRoles = existingRoles
    }

    /// Why this user cannot change the schema here, if so.
    package var obstacle: SchemaError? {
        if serverVersion < MigrationScript.oldestServer * 10_000 {
            return .serverTooOld(version: "\(serverVersion / 10_000).\(serverVersion % 10_000)")
        }
        if encoding != "UTF8" { return .notUTF8(encoding: encoding) }
        if isStandby || isReadOnly { return .databaseIsReadOnly(isStandby: isStandby) }
        guard isInstalled else {
            if let owner { return .schemaNameTaken(name: "pgsync", owner: owner) }
            if let ledgerOwner { return .schemaNameTaken(name: "ledger", owner: ledgerOwner) }
            return mayCreateSchemas ? nil : .mayNotCreateSchemas(user: user, database: database)
        }
        return mayActAsOwner ? nil : .notOwner(user: user, owner: owner ?? "the owner of the schema")
    }
}
