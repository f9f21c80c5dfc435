internal import CCrypto

/// Encryption that shows whether anyone changed what was encrypted (NIST SP 800-38D).
public struct AESGCM: Sendable {
    /// Why something was not encrypted or decrypted.
    public enum Failure: Error, Sendable, Equatable {
        /// It is shorter than its tag, was changed, or was sealed otherwise: which of them, nobody is told.
        case refused
        /// It has more than a thousand million bytes.
        case tooLong
        /// The library has no memory, or no such cipher.
        case unavailable
    }

    /// How many bytes a nonce has.
    public static let nonceCount = 12
    /// How many bytes the tag has that is behind what is encrypted.
    public static let tagCount = 16

    private let key: [UInt8]

    /// Takes a key of 16 or 32 bytes; nil if it has another length.
    public init?(key: [UInt8]) {
        guard key.count == 16 || key.count == 32 else { return nil }
        self.key = key
    }

    /// What is encrypted, and its tag, which is also that of the additional data.
    ///
    /// A nonce of 12 bytes must never be used twice with a key.
    public func seal(
        _ plain: [UInt8],
        nonce: [UInt8],
        authenticating data: [UInt8] = []
    ) throws(Failure) -> [UInt8] {
        var sealed = try run(plain, nonce, data, tag: nil)
        sealed.bytes += sealed.tag
        return sealed.bytes
    }

    /// What was sealed with the same key, nonce and additional data.
    public func open(
        _ sealed: [UInt8],
        nonce: [UInt8],
        authenticating data: [UInt8] = []
    ) throws(Failure) -> [UInt8] {
        guard sealed.count >= Self.tagCount else { throw .refused }
        return try run(
            Array(sealed.dropLast(Self.tagCount)),
            nonce,
            data,
            tag: Array(sealed.suffix(Self.tagCount))
        ).bytes
    }

    /// Decrypts if there is a tag to compare, else encrypts and makes one.
    private func run(
        _ input: [UInt8],
        _ nonce: [UInt8],
        _ data: [UInt8],
        tag expected: [UInt8]?
    ) throws(Failure) -> (bytes: [UInt8], tag: [UInt8]) {
        precondition(nonce.count == Self.nonceCount, "a nonce has 12 bytes")
        guard input.count <= 1_000_000_000, data.count <= 1_000_000_000 else { throw .tooLong }
        guard let context = unsafe EVP_CIPHER_CTX_new() else { throw .unavailable }
        defer { unsafe EVP_CIPHER_CTX_free(context) }
        let cipher = unsafe key.count == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm()
        guard unsafe EVP_CipherInit_ex(context, cipher, nil, key, nonce, expected == nil ? 1 : 0) == 1 else {
            throw .unavailable
        }
        var count: Int32 = 0
        // Without bytes there is nothing to update, and no pointer that would say so.
        if !data.isEmpty {
            guard unsafe EVP_CipherUpdate(context, nil, &count, data, Int32(data.count)) == 1 else {
                throw .unavailable
            }
        }
        // GCM gives as many bytes as it takes.
        var output = [UInt8](repeating: 0, count: input.count)
        if !input.isEmpty {
            guard unsafe EVP_CipherUpdate(context, &output, &count, input, Int32(input.count)) == 1 else {
                throw .unavailable
            }
        }
        var tag = expected ?? [UInt8](repeating: 0, count: Self.tagCount)
        let length = Int32(Self.tagCount)
        if expected != nil {
            guard unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, length, &tag) == 1 else {
                throw .unavailable
            }
        }
        var rest = [UInt8](repeating: 0, count: 16)
        guard unsafe EVP_CipherFinal_ex(context, &rest, &count) == 1 else { throw .refused }
        if expected == nil {
            guard unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, length, &tag) == 1 else {
                throw .unavailable
            }
        }
        return (output, tag)
    }
}
