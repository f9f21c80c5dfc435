package import Postgres

/// A setting an administrator may change while everything runs.
package struct Setting: Sendable, Equatable {
    package let key: String
    package let value: String
    /// What a number counts, such as seconds.
    package let unit: String?
    package let isDefault: Bool
    package let defaultValue: String
    /// Which values it may have, in words.
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
