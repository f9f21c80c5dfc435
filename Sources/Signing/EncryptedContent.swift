/// Bodies of HTTP that are encrypted record by record (RFC 8188), named `aes128gcm` in the header Content-Encoding.
public enum EncryptedContent {
    /// Why a body was not encrypted or decrypted.
    public enum Failure: Error, Sendable, Equatable {
        /// It is none, was changed or cut off, or was encrypted with another secret: which of them, nobody is told.
        case refused
        /// The library has no memory, or no such cipher.
        case unavailable
    }

    private static let saltCount = 16
    private static let headCount = saltCount + 5
    /// What ends the data of a record, and what ends that of the last one.
    private static let delimiter: UInt8 = 1
    private static let lastDelimiter: UInt8 = 2

    /// An encrypted body, with a name of the secret, of up to 255 bytes, for whoever has several.
    public static func seal(
        _ plain: [UInt8],
        secret: [UInt8],
        name: String = "",
        recordSize: Int = 65_536
    ) throws(Failure) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        let salt = (0..<saltCount).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        return try seal(plain, secret: secret, name: name, recordSize: recordSize, salt: salt)
    }

    /// The same with a salt, which must never be used twice with a secret.
    static func seal(
        _ plain: [UInt8],
        secret: [UInt8],
        name: String,
        recordSize: Int,
        salt: [UInt8]
    ) throws(Failure) -> [UInt8] {
        precondition(recordSize >= 18 && recordSize <= Int(UInt32.max) && name.utf8.count <= 255)
        let keys = try Keys(secret: secret, salt: salt)
        var sealed = salt
        sealed += (0..<4).map { UInt8(truncatingIfNeeded: recordSize >> (8 * (3 - $0))) }
        sealed.append(UInt8(name.utf8.count))
        sealed += name.utf8
        let step = recordSize - AESGCM.tagCount - 1
        var (start, number) = (0, UInt64(0))
        repeat {
            let end = min(start + step, plain.count)
            let record = plain[start..<end] + [end == plain.count ? lastDelimiter : delimiter]
            sealed += try keys.seal(Array(record), number)
            (start, number) = (end, number + 1)
        } while start < plain.count
        return sealed
    }

    /// What was encrypted with the same secret.
    public static func open(_ sealed: [UInt8], secret: [UInt8]) throws(Failure) -> [UInt8] {
        guard sealed.count >= headCount else { throw .refused }
        let recordSize = sealed[saltCount..<saltCount + 4].reduce(0) { $0 << 8 | Int($1) }
        var rest = sealed.dropFirst(headCount + Int(sealed[saltCount + 4]))
        guard recordSize >= 18, !rest.isEmpty else { throw .refused }
        let keys = try Keys(secret: secret, salt: Array(sealed.prefix(saltCount)))
        var plain: [UInt8] = []
        plain.reserveCapacity(rest.count)
        var number: UInt64 = 0
        while !rest.isEmpty {
            let record = Array(rest.prefix(recordSize))
            rest = rest.dropFirst(recordSize)
            let opened = try keys.open(record, number)
            // Zeros behind the delimiter hide how long the data is.
            guard let end = opened.lastIndex(where: { $0 != 0 }),
                opened[end] == (rest.isEmpty ? lastDelimiter : delimiter)
            else { throw .refused }
            plain += opened[..<end]
            number += 1
        }
        return plain
    }

    /// What is made of a secret and a salt.
    private struct Keys {
        private let cipher: AESGCM
        private let base: [UInt8]

        init(secret: [UInt8], salt: [UInt8]) throws(Failure) {
            func key(_ purpose: String, _ count: Int) -> [UInt8] {
                let info = Array("Content-Encoding: \(purpose)".utf8) + [0]
                return HKDF.sha256(secret: secret, salt: salt, info: info, count: count)
            }
            guard let cipher = AESGCM(key: key("aes128gcm", 16)) else { throw .unavailable }
            self.cipher = cipher
            base = key("nonce", AESGCM.nonceCount)
        }

        func seal(_ record: [UInt8], _ number: UInt64) throws(Failure) -> [UInt8] {
            do throws(AESGCM.Failure) { return try cipher.seal(record, nonce: nonce(number)) } catch {
                throw .unavailable
            }
        }

        func open(_ record: [UInt8], _ number: UInt64) throws(Failure) -> [UInt8] {
            do throws(AESGCM.Failure) { return try cipher.open(record, nonce: nonce(number)) } catch {
                throw error == .refused ? .refused : .unavailable
            }
        }

        private func nonce(_ number: UInt64) -> [UInt8] {
            var nonce = base
            for place in 0..<8 {
                nonce[nonce.count - 1 - place] ^= UInt8(truncatingIfNeeded: number >> (8 * UInt64(place)))
            }
            return nonce
        }
    }
}
