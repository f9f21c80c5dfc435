internal import Subprocesses

/// How much the tests do: PGSYNC_TEST_PROFILE is default, full or soak.
package enum Profile {
    private static let isDefault =
        !["full", "soak"].contains(ProcessEnvironment.current["PGSYNC_TEST_PROFILE"] ?? "")

    package static let isFull = !isDefault

    package static func size<Value>(_ usual: Value, full: Value) -> Value { isDefault ? usual : full }
}
