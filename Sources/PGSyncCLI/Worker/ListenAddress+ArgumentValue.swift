public import Arguments
public import HTTPServer

extension ListenAddress: ArgumentValue {
    public init?(argument: String) { self.init(argument) }

    public var argument: String { description }
    public static var expectation: String { "a port, or a numeric address and a port such as 127.0.0.1:9187" }
    public static var placeholder: String { "ADDRESS" }
}
