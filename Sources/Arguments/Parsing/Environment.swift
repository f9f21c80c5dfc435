import Glibc

/// The environment variables a program sees.
public struct Environment: Sendable, ExpressibleByDictionaryLiteral {
    private let lookUp: @Sendable (String) -> String?

    /// The variables of this process.
    public static let process = Environment { name in
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }

    private init(lookUp: @escaping @Sendable (String) -> String?) {
        self.lookUp = lookUp
    }

    /// Creates an environment of these variables alone; of a name given twice, the last value counts.
    public init(dictionaryLiteral variables: (String, String)...) {
        let variables = Dictionary(variables) { _, last in last }
        self.init { variables[$0] }
    }

    /// The value of a variable, if it is set.
    public subscript(name: String) -> String? { lookUp(name) }
}
