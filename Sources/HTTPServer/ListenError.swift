/// Why nobody can listen at an address.
public enum ListenError: Error, Sendable, Equatable {
    /// Another program listens there.
    case inUse(ListenAddress)
    /// No network interface of this machine has the address.
    case notOfThisMachine(ListenAddress)
    /// The user may not, which is about ports below 1024.
    case notPermitted(ListenAddress)
    /// The certificate and its private key are none, or do not belong together.
    case noIdentity(ListenAddress)
    /// The authorities of clients are no certificates.
    case noAuthorities(ListenAddress)
    /// Something else is in the way.
    case failed(ListenAddress, reason: String)

    /// Where nobody can listen.
    public var address: ListenAddress {
        switch self {
        case .inUse(let address), .notOfThisMachine(let address), .notPermitted(let address),
            .noIdentity(let address), .noAuthorities(let address), .failed(let address, _):
            address
        }
    }
}

extension ListenError: CustomStringConvertible {
    /// Says where nobody can listen, and why.
    public var description: String { "cannot listen at \(address): \(reason)" }

    private var reason: String {
        switch self {
        case .inUse: "another program listens there"
        case .notOfThisMachine: "this machine does not have that address"
        case .notPermitted: "this user may not listen at that port"
        case .noIdentity: "the certificate and its private key are not understood, or do not belong together"
        case .noAuthorities: "the authorities of clients are not understood"
        case .failed(_, let reason): reason
        }
    }
}
