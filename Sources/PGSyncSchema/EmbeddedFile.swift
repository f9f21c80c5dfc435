/// A file of `migrations/` or `sql/` as this binary carries it.
package struct EmbeddedFile: Sendable, Equatable {
    /// The path in the source tree, such as `sql/functions/set_configuration.sql`.
    package let path: String
    package let text: String

    package init(path: String, text: String) {
        self.path = path
        self.text = text
    }
}
