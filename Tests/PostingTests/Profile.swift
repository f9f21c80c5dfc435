import Subprocesses

/// How much the tests do: PGSYNC_TEST_PROFILE is default, full or soak.
enum Profile {
    private static let isDefault =
        !["full", "soak"].contains(ProcessEnvironment.current["PGSYNC_TEST_PROFILE"] ?? "")

    static let isFull = !isDefault

    static func size<Value>(_ usual: Value, full: Value) -> Value { isDefault ? usual : full }
}
