package import Postgres

/// The settings in `pgsync.sync_configuration`.
package struct ConfigurationStore {
    private let session: Session

    package init(_ session: Session) {
        self.session = session
    }

    /// Every setting, by key.
    package func list() throws -> [Setting] {
        try session.query(
            """
            select key, value, unit, is_default, default_value, allowed, description, updated_at, updated_by
            from pgsync.configuration
            order by key
            """
        ).map(Setting.init)
    }

    package func setting(_ key: String) throws -> Setting {
        let settings = try list()
        guard let setting = settings.first(where: { $0.key == key }) else {
            throw StoreError.unknown(.setting, key, known: settings.map(\.key))
        }
        return setting
    }

    /// Changes a setting, for everyone, as soon as the transaction commits.
    @discardableResult
    package func set(_ key: String, to value: String) throws -> Setting {
        try change(key, to: value, with: "select pgsync.set_configuration(\(key), \(value))")
    }

    /// Resets a setting to its default.
    @discardableResult
    package func reset(_ key: String) throws -> Setting {
        try change(key, to: nil, with: "select pgsync.reset_configuration(\(key))")
    }

    private func change(_ key: String, to value: String?, with query: Query) throws -> Setting {
        let setting = try setting(key)
        // Read before, because a failed transaction answers nothing.
        let user: String = try session.query("select current_user::text").onlyRow().decode(0)
        do {
            try session.execute(query)
        } catch let error as PostgresError where error.sqlState == .invalidParameterValue {
            throw StoreError.invalidValue(reason: error.message)
        } catch let error as PostgresError where error.sqlState == .checkViolation {
            // A constraint of the table refuses what the trigger let through, in words that explain nothing.
            let value = value ?? setting.defaultValue
            throw StoreError.invalidValue(reason: "\(key) must be \(setting.allowed), not '\(value)'")
        } catch let error as PostgresError where error.sqlState == .insufficientPrivilege {
            throw StoreError.notPermitted(
                "\(user) is not allowed to change \(key)",
                role: "pgsync_operator",
                user: user
            )
        }
        return try self.setting(key)
    }
}

/// A setting that an administrator can change at run time.
package struct Setting: Sendable, Equatable {
    package let key: String
    package let value: String
    /// What a number counts, such as seconds.
    package let unit: String?
    package let isDefault: Bool
    package let defaultValue: String
    /// The allowed values, in words.
    package let allowed: String
    package let description: String
    package let updatedAt: Timestamp
    package let updatedBy: String

    init(_ row: Row) throws {
        key = try row.decode("key")
        value = try row.decode("value")
        unit = try row.decode("unit")
        isDefault = try row.decode("is_default")
        defaultValue = try row.decode("default_value")
        allowed = try row.decode("allowed")
        description = try row.decode("description")
        updatedAt = try row.decode("updated_at")
        updatedBy = try row.decode("updated_by")
    }
}
