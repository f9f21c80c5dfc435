/// A statement with its parameters.
///
/// Written as a string literal; every interpolated value becomes a bound parameter, and only an ``Identifier`` becomes
/// part of the text, quoted:
///
/// ```swift
/// try session.query("select name from \(Identifier("shop", "orders")) where id = \(id)")
/// ```
public struct Query: Sendable, ExpressibleByStringInterpolation {
    /// The statement, with `$1`, `$2`, … for the parameters.
    public let sql: String
    /// The parameters, already laid out as libpq takes them.
    let parameters: ParameterList
    /// Whether the server keeps the parsed statement for the next time.
    public private(set) var isPrepared = false

    /// Takes a statement from elsewhere, with `$1`, `$2`, … for its parameters.
    public init(_ sql: String, _ parameters: [any PostgresEncodable] = []) {
        self.sql = sql
        var list = ParameterList(capacity: parameters.count)
        for parameter in parameters { list.append(parameter.parameter) }
        self.parameters = list
    }

    /// Takes a statement without parameters.
    public init(stringLiteral value: String) {
        self.init(value)
    }

    /// Takes a statement whose values were interpolated.
    public init(stringInterpolation: StringInterpolation) {
        sql = stringInterpolation.sql
        parameters = stringInterpolation.parameters
    }

    /// A statement that is parsed and planned once per connection: for what runs again and again.
    public static func prepared(_ query: consuming Query) -> Query {
        query.isPrepared = true
        return query
    }

    /// Throws if something in it cannot be sent: a text that ends early in C, or parameters.
    func check() throws(PostgresError) {
        try parameters.check()
        var text = sql
        guard text.withUTF8({ $0.containsZero }) else { return }
        throw PostgresError(.unrepresentableParameter, "the statement contains the character U+0000")
    }

    /// Collects the text and the parameters of a literal.
    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var sql = ""
        fileprivate var parameters: ParameterList

        public init(literalCapacity: Int, interpolationCount: Int) {
            sql.reserveCapacity(literalCapacity + interpolationCount * 3)
            parameters = ParameterList(capacity: interpolationCount)
        }

        public mutating func appendLiteral(_ literal: String) {
            sql += literal
        }

        /// Binds a value.
        public mutating func appendInterpolation(_ value: some PostgresEncodable) {
            appendInterpolation(value.parameter)
        }

        /// Binds a value or null.
        public mutating func appendInterpolation<Value: PostgresEncodable>(_ value: Value?) {
            appendInterpolation(value.parameter)
        }

        /// Binds a value whose type was chosen by hand.
        public mutating func appendInterpolation(_ parameter: Parameter) {
            parameters.append(parameter)
            sql += "$"
            sql += String(parameters.count)
        }

        /// Writes a name, quoted.
        public mutating func appendInterpolation(_ identifier: Identifier) {
            sql += identifier.quoted
        }
    }
}
