/// A value on its way to the server; it is always bound, never written into the statement.
public struct Parameter: Sendable, Equatable {
    enum Payload: Sendable, Equatable {
        case null
        case text(String)
        case binary([UInt8])
    }

    let type: DataType
    let payload: Payload

    /// A value in PostgreSQL's text form; nil is null.
    public init(_ type: DataType, text: String?) {
        self.type = type
        payload = text.map(Payload.text) ?? .null
    }

    /// A value in PostgreSQL's binary form.
    public init(_ type: DataType, binary: [UInt8]) {
        self.type = type
        payload = .binary(binary)
    }

    /// A text whose type the server infers from where it stands: an enum, a domain, a date.
    public static func inferred(_ text: String?) -> Parameter {
        Parameter(.inferred, text: text)
    }
}

/// A Swift value that can be sent as a parameter.
public protocol PostgresEncodable: Sendable {
    /// The type the server is told, also for null.
    static var postgresType: DataType { get }
    /// The value in PostgreSQL's text form, nil for null.
    var postgresText: String? { get }
    /// The value as it travels; the text form unless a type has a better one.
    var parameter: Parameter { get }
}

extension PostgresEncodable {
    /// The text form, which every type has.
    public var parameter: Parameter {
        Parameter(Self.postgresType, text: postgresText)
    }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    public static var postgresType: DataType { Wrapped.postgresType }
    public var postgresText: String? { self?.postgresText }
    public var parameter: Parameter {
        self?.parameter ?? Parameter(Wrapped.postgresType, text: nil)
    }
}
