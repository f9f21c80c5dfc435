import Glibc

/// An address of IPv4 (4 bytes) or IPv6 (16 bytes).
public struct IPAddress: Sendable, Hashable, CustomStringConvertible {
    /// In network order.
    ///
    /// An IPv4 address that is written as one of IPv6 counts as IPv4.
    let bytes: [UInt8]

    init?(bytes: [UInt8]) {
        switch bytes.count {
        case 4: self.bytes = bytes
        case 16:
            let isMapped = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 0xff && bytes[11] == 0xff
            self.bytes = isMapped ? Array(bytes.suffix(4)) : bytes
        default: return nil
        }
    }

    /// Reads a numeric address.
    public init?(_ text: String) {
        for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
            var bytes = [UInt8](repeating: 0, count: count)
            if unsafe inet_pton(family, text, &bytes) == 1 {
                self.init(bytes: bytes)
                return
            }
        }
        return nil
    }

    /// As `inet_ntop` writes it.
    public var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        _ = unsafe inet_ntop(family, bytes, &text, socklen_t(text.count))
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

/// The addresses that share the first bits of one.
public struct AddressRange: Sendable, Hashable, CustomStringConvertible {
    private let first: IPAddress
    private let bits: Int

    /// Reads `10.0.0.0/8`, `fd00::/8`, or one address.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let first = IPAddress(String(parts[0])) else { return nil }
        let all = first.bytes.count * 8
        self.first = first
        guard parts.count == 2 else {
            bits = all
            return
        }
        guard parts[1].allSatisfy({ ("0"..."9").contains($0) }), let bits = Int(parts[1]), bits <= all
        else { return nil }
        self.bits = bits
    }

    /// Whether an address is in the range.
    public func contains(_ address: IPAddress) -> Bool {
        guard address.bytes.count == first.bytes.count else { return false }
        return zip(address.bytes, first.bytes).enumerated().allSatisfy { place, pair in
            let counted = min(max(bits - place * 8, 0), 8)
            return (pair.0 ^ pair.1) >> (8 - counted) == 0 || counted == 0
        }
    }

    /// The first address and how many bits are shared.
    public var description: String { "\(first)/\(bits)" }
}

/// Which addresses may be connected to: those of the public internet unless excluded, and what is allowed beside them.
public struct AddressPolicy: Sendable, Equatable {
    /// Ranges that may be connected to whatever they are.
    public let allowed: [AddressRange]
    /// Whether public addresses may be connected to.
    public let allowsPublic: Bool

    /// A policy that allows these ranges, and public addresses unless it says otherwise.
    public init(allowing allowed: [AddressRange] = [], allowsPublic: Bool = true) {
        self.allowed = allowed
        self.allowsPublic = allowsPublic
    }

    /// Whether an address may be connected to.
    public func permits(_ address: IPAddress) -> Bool {
        if allowed.contains(where: { $0.contains(address) }) { return true }
        guard allowsPublic, !Self.reserved.contains(where: { $0.contains(address) }) else { return false }
        // All that IPv6 has given out for the internet begins so.
        return address.bytes.count == 4 || address.bytes[0] >> 5 == 0b001
    }

    /// What is not of the internet (RFC 6890), or leads back out of IPv6 to what may not be (RFC 6052, 3056, 4380).
    private static let reserved: [AddressRange] = [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
        // What a cloud keeps for its machines at a public address.
        "168.63.129.16/32",
    ].compactMap { AddressRange($0) }
}
