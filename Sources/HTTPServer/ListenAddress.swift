import Glibc

/// Where a server listens: a numeric address of this machine, and a port.
public struct ListenAddress: Sendable, Hashable {
    enum Family: Sendable {
        case version4, version6
    }

    /// The address, in numbers and without brackets, such as `127.0.0.1` or `::`.
    public let host: String
    /// The port; 0 asks for any that is free.
    public let port: UInt16
    let family: Family

    /// Where only this machine connects to.
    public static let loopback = "127.0.0.1"

    /// Reads `[HOST:]PORT`, such as `9187`, `0.0.0.0:9187` or `[::1]:9187`; without a host it is ``loopback``.
    ///
    /// Names are not looked up, except for `localhost`: one name may stand for several addresses.
    public init?(_ text: String) {
        let host: Substring
        let port: Substring
        if let colon = text.lastIndex(of: ":") {
            host = text[..<colon]
            port = text[text.index(after: colon)...]
        } else {
            host = Self.loopback[...]
            port = text[...]
        }
        // Int would take a sign.
        guard port.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let number = UInt16(port)
        else { return nil }
        self.port = number
        if host == "localhost" {
            self.host = Self.loopback
            family = .version4
        } else if host.hasPrefix("["), host.hasSuffix("]") {
            self.host = String(host.dropFirst().dropLast())
            family = .version6
            var address = in6_addr()
            guard unsafe inet_pton(AF_INET6, self.host, &address) == 1 else { return nil }
        } else {
            self.host = String(host)
            family = .version4
            var address = in_addr()
            guard unsafe inet_pton(AF_INET, self.host, &address) == 1 else { return nil }
        }
    }

    private init(host: String, port: UInt16, family: Family) {
        self.host = host
        self.port = port
        self.family = family
    }

    /// Whether only this machine reaches it.
    public var isLoopback: Bool {
        switch family {
        case .version4: host.hasPrefix("127.")
        case .version6: host == "::1"
        }
    }

    /// The same address with the port that it was given.
    func with(port: UInt16) -> ListenAddress { ListenAddress(host: host, port: port, family: family) }

    /// Lends the address in the form that the kernel takes.
    func withSockAddr<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        switch family {
        case .version4:
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            unsafe inet_pton(AF_INET, host, &address.sin_addr)
            return unsafe Self.lend(address, to: body)
        case .version6:
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            unsafe inet_pton(AF_INET6, host, &address.sin6_addr)
            return unsafe Self.lend(address, to: body)
        }
    }

    private static func lend<Address, Result>(
        _ address: Address,
        to body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }
}

extension ListenAddress: CustomStringConvertible {
    /// The address and the port, as they would be read.
    public var description: String { family == .version6 ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
