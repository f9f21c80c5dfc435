/// Why a setting could not be read or changed.
package enum ConfigurationError: Error, Sendable, Equatable {
    case unknownKey(String, known: [String])
    /// The value is not one the setting may have.
    case invalidValue(String, for: Setting)
    case notPermitted(key: String)
}

extension ConfigurationError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknownKey(let key, let known):
            "there is no setting \(key); the settings are \(known.joined(separator: ", "))"
        case .invalidValue(let value, let setting):
            "\(setting.key) must be \(setting.allowed), not '\(value)'"
        case .notPermitted(let key):
            "this user may not change \(key); have an administrator run: grant pgsync_operator to it"
        }
    }
}
