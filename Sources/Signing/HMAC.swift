internal import CCrypto

/// Codes by which the holder of a key recognises a message (RFC 2104).
public enum HMAC {
    /// The code with SHA-256: 32 bytes.
    public static func sha256(key: [UInt8], _ message: [UInt8]) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        var count: UInt32 = 0
        _ = unsafe CCrypto.HMAC(EVP_sha256(), key, Int32(key.count), message, message.count, &code, &count)
        return code
    }
}

/// Bytes as text (RFC 4648).
public enum Base64 {
    /// With padding.
    public static func encode(_ bytes: [UInt8]) -> String {
        var text = [UInt8](repeating: 0, count: (bytes.count + 2) / 3 * 4 + 1)
        let count = unsafe EVP_EncodeBlock(&text, bytes, Int32(bytes.count))
        return String(decoding: text.prefix(Int(count)), as: UTF8.self)
    }

    /// The bytes of a text with padding; nil if it is anything else.
    public static func decode(_ text: String) -> [UInt8]? {
        let letters = Array(text.utf8)
        let padding = letters.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        guard letters.count % 4 == 0, padding <= 2, letters.dropLast(padding).allSatisfy(isLetter) else {
            return nil
        }
        guard !letters.isEmpty else { return [] }
        var bytes = [UInt8](repeating: 0, count: letters.count / 4 * 3)
        let count = unsafe EVP_DecodeBlock(&bytes, letters, Int32(letters.count))
        guard count == bytes.count else { return nil }
        return Array(bytes.dropLast(padding))
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
            true
        default: false
        }
    }
}
