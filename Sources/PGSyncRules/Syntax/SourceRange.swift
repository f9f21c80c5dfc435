/// Where something stands in a file.
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

    /// From here to the end of another range of the same line.
    func through(_ end: SourceRange) -> SourceRange {
        SourceRange(line: line, column: column, length: max(end.column + end.length - column, 1))
    }
}

/// A value with the place it was written at.
package struct Located<Value: Sendable & Hashable>: Sendable, Hashable {
    package let value: Value
    package let range: SourceRange
}
