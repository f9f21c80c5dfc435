package import JSON

/// Where a value is within a JSON document: names with dots between them, such as `meta.next`.
///
/// A name that is a number counts the elements of an array from 0, and is a name in an object.
package struct JSONPath: Sendable, Hashable, CustomStringConvertible {
    package let names: [String]

    /// Reads a path; nil where a name is empty.
    package init?(_ text: String) {
        names = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard names.allSatisfy({ !$0.isEmpty }) else { return nil }
    }

    /// The field of that name, whatever signs it has.
    package init(field: String) {
        names = [field]
    }

    /// The whole document.
    package static let root = JSONPath(names: [])

    private init(names: [String]) {
        self.names = names
    }

    /// The value that is there; nil where there is none.
    package func value(in document: JSONValue) -> JSONValue? {
        // Most paths are a single field.
        if names.count == 1 { return Self.step(names[0], in: document) }
        var value = document
        for name in names {
            guard let inner = Self.step(name, in: value) else { return nil }
            value = inner
        }
        return value
    }

    private static func step(_ name: String, in value: JSONValue) -> JSONValue? {
        switch value {
        case .object(let object): object[name]
        case .array(let elements):
            Int(name).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
        default: nil
        }
    }

    package var description: String { names.joined(separator: ".") }
}
