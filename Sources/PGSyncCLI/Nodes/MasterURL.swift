import Arguments

/// Where the master of a node is.
struct MasterURL: ArgumentValue, Equatable {
    let argument: String
    /// A name or a numeric address, without the brackets of IPv6.
    let host: String

    static let expectation = "a URL such as https://books.example or http://127.0.0.1:8484"
    static let placeholder = "URL"

    init?(argument: String) {
        guard let scheme = ["https://", "http://"].first(where: argument.hasPrefix),
            argument.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }), !argument.contains(where: "@?#\\".contains)
        else { return nil }
        let authority = argument.dropFirst(scheme.count).prefix { $0 != "/" }
        let (host, port): (Substring, Substring)
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            (host, port) = (authority[..<end].dropFirst(), authority[end...].dropFirst())
        } else {
            host = authority.prefix { $0 != ":" }
            port = authority.dropFirst(host.count)
        }
        guard !host.isEmpty, port.isEmpty || port.first == ":" && UInt16(port.dropFirst()) ?? 0 > 0 else {
            return nil
        }
        self.argument = argument
        self.host = String(host)
    }

    /// The addresses of this machine that it names; all others have to be in `PGSYNC_ADDRESSES`.
    var loopback: [String] {
        if host == "localhost" { return ["127.0.0.1", "::1"] }
        return host == "::1" || host.hasPrefix("127.") ? [host] : []
    }
}
