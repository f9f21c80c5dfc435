/// Why the schema cannot be used or brought up to date, and what to do about it.
package enum SchemaError: Error, Sendable, Equatable {
    /// The database has breaking migrations this binary does not know.
    case schemaTooNew(breaking: [String])
    /// The database lacks something this binary needs.
    case schemaTooOld(missing: [String])
    /// Applied migrations have another text in this binary.
    case checksumChanged(paths: [String])
    /// The database and this binary disagree on the order of migrations.
    case historyDiffers(applied: [String], missing: [String])
    case notOwner(user: String, owner: String)
    /// A superuser is connected, and all that is in the schema belongs to someone who has less rights.
    case ownedByStranger(schema: String, owner: String, user: String)
    /// The current user may not read what has been applied; with an owner, neither may those who should.
    case notReadable(user: String, owner: String?)
    /// A migration did all it may, and this is still not as it should be.
    case notRestored([SchemaDeviation], user: String)
    /// The current user may not create schemas in the database.
    case mayNotCreateSchemas(user: String, database: String)
    /// A schema of that name exists, and it is not ours.
    case schemaNameTaken(name: String, owner: String)
    case lockTimeout(step: String, holder: LockHolder?)
    case databaseIsReadOnly(isStandby: Bool)
    case serverTooOld(version: String)
    case notUTF8(encoding: String)
    /// The server refused a step; `reason` shows no data, `report` all the server said.
    case stepFailed(step: String, reason: String, report: String)
}

extension SchemaError: CustomStringConvertible, CustomDebugStringConvertible {
    package var description: String {
        switch self {
        case .schemaTooNew(let breaking):
            "the database has migrations that this pgsync does not know and must not ignore "
                + "(\(breaking.joined(separator: ", "))); install the newer pgsync"
        case .schemaTooOld(let missing):
            "the database lacks \(missing.joined(separator: ", ")); run pgsync migrate"
        case .checksumChanged(let paths):
            "applied migrations differ from those in this pgsync (\(paths.joined(separator: ", "))); "
                + "a released migration never changes, so use an unmodified pgsync, or restore the files"
        case .historyDiffers(let applied, let missing):
            "the database and this pgsync disagree on the order of migrations "
                + "(applied but unknown: \(Self.list(applied)); known but passed over: \(Self.list(missing))); "
                + "use the pgsync that migrated this database, or a newer one"
        case .notOwner(let user, let owner):
            "\(user) cannot act as \(owner), the owner of the schema pgsync; "
                + "connect as \(owner), or have an administrator run: grant \"\(owner)\" to \"\(user)\""
        case .ownedByStranger(let schema, let owner, let user):
            "the schema \(schema) is owned by \(owner), whose code would run with the rights of the superuser \(user); "
                + "connect as \(owner), or, if only pgsync created what is in it, run: "
                + "alter schema \(schema) owner to session_user"
        case .notReadable(let user, nil):
            "\(user) cannot read pgsync.migrations; "
                + "have an administrator run: grant pgsync_reader to \"\(user)\" (pgsync_worker for a worker)"
        case .notReadable(let user, let owner?):
            "\(user) cannot read pgsync.migrations, nor can any role of pgsync, as after a restore without rights; "
                + "have \(owner) or a superuser run pgsync migrate, which grants them again"
        case .notRestored(let deviations, let user):
            "\(user) could not restore everything: \(SchemaDeviation.sentence(deviations)); "
                + "have a superuser run pgsync migrate"
        case .mayNotCreateSchemas(let user, let database):
            "\(user) cannot create schemas; connect as the owner of the database, or have an administrator run: "
                + "grant create on database \"\(database)\" to \"\(user)\""
        case .schemaNameTaken(let name, let owner):
            "a schema \(name) that pgsync did not create already exists, owned by \(owner); "
                + "rename or drop it, or give pgsync a database of its own"
        case .lockTimeout(let step, let holder):
            "\(step) waited too long for a lock\(holder.map { " held by \($0)" } ?? ""); "
                + "wait for that to finish and run pgsync migrate again, or allow a longer wait"
        case .databaseIsReadOnly(let isStandby):
            isStandby
                ? "the server is a standby and read-only; connect to the primary"
                : "the session is read-only; turn default_transaction_read_only off for this user or database"
        case .serverTooOld(let version):
            "the server is PostgreSQL \(version); pgsync needs 14 or later: upgrade the server"
        case .notUTF8(let encoding):
            "the database is encoded in \(encoding); create one with: create database … encoding 'UTF8' template template0"
        case .stepFailed(let step, let reason, _):
            "\(step) failed and was rolled back: \(reason)"
        }
    }

    private static func list(_ paths: [String]) -> String {
        paths.isEmpty ? "none" : paths.joined(separator: ", ")
    }

    package var debugDescription: String {
        guard case .stepFailed(_, _, let report) = self else { return description }
        return "\(description)\n\(report)"
    }
}
