/// Where something stands in a rule file.
package struct SourceRange: Sendable, Hashable {
    /// Counted from 1.
    package var line: Int
    /// Counted from 1, in Unicode scalars.
    package var column: Int
    /// How many scalars of the line it takes, at least one.
    package var length: Int

    package init(line: Int, column: Int, length: Int) {
        self.line = line
        self.column = column
        self.length = length
    }
}

/// A value with the place it was written at.
struct Located<Value: Sendable & Hashable>: Sendable, Hashable {
    let value: Value
    let range: SourceRange
}
