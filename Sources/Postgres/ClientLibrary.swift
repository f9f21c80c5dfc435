import CLibPQ

/// The C library this module stands on.
public enum ClientLibrary {
    /// The version of libpq in use, such as `15.14`.
    public static var version: String {
        let number = PQlibVersion()
        return "\(number / 10_000).\(number % 10_000)"
    }
}
