/// Why a setting could not be read or changed.
package enum ConfigurationError: Error, Sendable, Equatable {
    case unknownKey(String, known: [String])
    /// The value is not one the setting may have; the server says why.
    case invalidValue(String, for: Setting, reason: String)
    case notPermitted(key: String)
}

extension ConfigurationError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknownKey(let key, let known):
            "there is no setting \(key); the settings are \(known.joined(separator: ", "))"
        case .invalidValue(_, _, let reason): reason
        case .notPermitted(let key):
            "this user may not change \(key); have an administrator run: grant pgsync_operator to it"
        }
    }
}
