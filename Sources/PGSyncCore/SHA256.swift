internal import CCrypto

/// The SHA-256 hash of a text.
package enum SHA256 {
    /// The hash of a text's UTF-8 as 64 lower-case hexadecimal digits.
    package static func hexadecimalDigest(of text: String) -> String {
        hexadecimalDigest(of: Array(text.utf8))
    }

    package static func hexadecimalDigest(of bytes: [UInt8]) -> String {
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        // The name alone would be this type.
        _ = unsafe CCrypto.SHA256(bytes, bytes.count, &digest)
        return digest.map { byte in
            let digits = String(byte, radix: 16)
            return digits.utf8.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
