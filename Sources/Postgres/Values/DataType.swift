/// A PostgreSQL data type, named by its object id, which is fixed for built-in types.
public struct DataType: Sendable, Hashable, CustomStringConvertible {
    /// The object id in `pg_type`.
    public let id: UInt32

    /// Names a type by its object id.
    public init(id: UInt32) {
        self.id = id
    }

    /// Leaves the choice of the type to the server.
    public static let inferred = DataType(id: 0)
    static let bool = DataType(id: 16)
    static let bytea = DataType(id: 17)
    static let int8 = DataType(id: 20)
    static let int2 = DataType(id: 21)
    static let int4 = DataType(id: 23)
    static let text = DataType(id: 25)
    static let oid = DataType(id: 26)
    static let json = DataType(id: 114)
    static let float4 = DataType(id: 700)
    static let float8 = DataType(id: 701)
    static let date = DataType(id: 1082)
    static let timestamptz = DataType(id: 1184)
    static let numeric = DataType(id: 1700)
    static let uuid = DataType(id: 2950)
    static let jsonb = DataType(id: 3802)
    static let xid8 = DataType(id: 5069)

    private static let names: [UInt32: String] = [
        16: "bool", 17: "bytea", 18: "char", 19: "name", 20: "int8", 21: "int2", 23: "int4", 25: "text",
        26: "oid", 114: "json", 142: "xml", 199: "json[]", 700: "float4", 701: "float8", 705: "unknown",
        1000: "bool[]", 1001: "bytea[]", 1005: "int2[]", 1007: "int4[]", 1009: "text[]", 1016: "int8[]",
        1021: "float4[]", 1022: "float8[]", 1028: "oid[]", 1042: "char(n)", 1043: "varchar", 1082: "date",
        1083: "time", 1114: "timestamp", 1182: "date[]", 1184: "timestamptz", 1185: "timestamptz[]",
        1186: "interval", 1231: "numeric[]", 1700: "numeric", 2205: "regclass", 2278: "void",
        2950: "uuid", 2951: "uuid[]", 3802: "jsonb", 3807: "jsonb[]", 4089: "regnamespace", 4096: "regrole",
        5069: "xid8", 271: "xid8[]",
    ]

    public var description: String {
        Self.names[id] ?? "type \(id)"
    }
}
