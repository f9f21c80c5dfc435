/// Why a row, or a whole answer, cannot be read; it shows nothing of what is in it.
package struct ImportFault: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Class: String, Sendable, CaseIterable {
        /// A column that must have a value has none.
        case missing = "data.missing"
        /// A value is of another kind than its column.
        case type = "data.type"
        /// A value is of the right kind, and too large, too exact or not in the calendar.
        case range = "data.range"
        /// A row is no object.
        case shape = "data.shape"
        /// An answer has no rows where they should be, or does not say what comes next.
        case answer = "shape"
    }

    package let errorClass: Class
    /// The column it is about, if it is about one.
    package let column: String?
    package let message: String

    package var description: String { "\(message) (\(errorClass.rawValue))" }
}

/// What is wrong with a value, whatever the column.
struct ValueFault: Error {
    let errorClass: ImportFault.Class
    let message: String

    static func type(_ message: String) -> ValueFault { ValueFault(errorClass: .type, message: message) }

    static func range(_ message: String) -> ValueFault { ValueFault(errorClass: .range, message: message) }
}
