/// Keys made of a secret (RFC 5869).
public enum HKDF {
    /// A key of so many bytes, at most 8,160, with SHA-256.
    ///
    /// `info` says what it is for: keys for two purposes tell nothing of each other.
    public static func sha256(secret: [UInt8], salt: [UInt8], info: [UInt8], count: Int) -> [UInt8] {
        precondition((0...255 * 32).contains(count), "a key of HKDF has at most 8160 bytes")
        let key = HMAC.sha256(key: salt, secret)
        var bytes: [UInt8] = []
        var block: [UInt8] = []
        var number: UInt8 = 1
        while bytes.count < count {
            block = HMAC.sha256(key: key, block + info + [number])
            bytes += block
            number &+= 1
        }
        return Array(bytes.prefix(count))
    }
}
