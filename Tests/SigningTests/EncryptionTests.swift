import Testing

@testable import Signing

/// The bytes of hexadecimal digits.
private func bytes(_ digits: String) -> [UInt8] {
    var rest = Substring(digits)
    var bytes: [UInt8] = []
    while let byte = UInt8(rest.prefix(2), radix: 16) {
        bytes.append(byte)
        rest = rest.dropFirst(2)
    }
    return bytes
}

@Suite("Encryption")
struct EncryptionTests {
    @Test(
        "HKDF-SHA256 gives what RFC 5869 says",
        arguments: [
            (
                [UInt8](repeating: 0x0B, count: 22), Array(0x00...0x0C), Array(0xF0...0xF9),
                "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
            ),
            (
                Array(0x00...0x4F), Array(0x60...0xAF), Array(0xB0...0xFF),
                "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
                    + "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"
            ),
            (
                [UInt8](repeating: 0x0B, count: 22), [], [],
                "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
            ),
        ] as [([UInt8], [UInt8], [UInt8], String)]
    )
    func derived(secret: [UInt8], salt: [UInt8], info: [UInt8], digits: String) {
        let key = bytes(digits)
        #expect(HKDF.sha256(secret: secret, salt: salt, info: info, count: key.count) == key)
        #expect(HKDF.sha256(secret: secret, salt: salt, info: info, count: 1) == [key[0]])
        #expect(HKDF.sha256(secret: secret, salt: salt, info: info, count: 8_160).count == 8_160)
    }

    /// The cases 1 to 4 and 13 to 16 of what was submitted to NIST as GCM.
    private static let cases: [(key: String, nonce: String, plain: String, data: String, sealed: String)] = {
        let nothing = String(repeating: "0", count: 24)
        let key = "feffe9928665731c6d6a8f9467308308"
        let nonce = "cafebabefacedbaddecaf888"
        let plain =
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
            + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
        let data = "feedfacedeadbeeffeedfacedeadbeefabaddad2"
        let short =
            "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
            + "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091"
        let long =
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
            + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
        let zeros = String(repeating: "0", count: 32)
        return [
            (zeros, nothing, "", "", "58e2fccefa7e3061367f1d57a4e7455a"),
            (zeros, nothing, zeros, "", "0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf"),
            (key, nonce, plain + "1aafd255", "", short + "473f59854d5c2af327cd64a62cf35abd2ba6fab4"),
            (key, nonce, plain, data, short + "5bc94fbc3221a5db94fae95ae7121a47"),
            (zeros + zeros, nothing, "", "", "530f8afbc74536b9a963b4f1c4cb738b"),
            (
                zeros + zeros, nothing, zeros, "",
                "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"
            ),
            (key + key, nonce, plain + "1aafd255", "", long + "898015adb094dac5d93471bdec1a502270e3cc6c"),
            (key + key, nonce, plain, data, long + "76fc6ece0f4e1768cddf8853bb2d551b"),
        ]
    }()

    @Test("AES-GCM gives what the cases of its authors say, and takes it back", arguments: 0..<8)
    func vectors(index: Int) throws {
        let vector = Self.cases[index]
        let cipher = try #require(AESGCM(key: bytes(vector.key)))
        let (nonce, plain, data) = (bytes(vector.nonce), bytes(vector.plain), bytes(vector.data))
        #expect(try cipher.seal(plain, nonce: nonce, authenticating: data) == bytes(vector.sealed))
        #expect(try cipher.open(bytes(vector.sealed), nonce: nonce, authenticating: data) == plain)
    }

    @Test("what was changed anywhere is refused, and so is another nonce, key or additional data")
    func refused() throws {
        let cipher = try #require(AESGCM(key: [UInt8](repeating: 7, count: 32)))
        let nonce = [UInt8](repeating: 1, count: 12)
        let plain = Array("What nobody else shall read.".utf8)
        let sealed = try cipher.seal(plain, nonce: nonce, authenticating: [1, 2])
        #expect(sealed.count == plain.count + AESGCM.tagCount)
        #expect(try cipher.open(sealed, nonce: nonce, authenticating: [1, 2]) == plain)
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 0x10
            #expect(throws: AESGCM.Failure.refused) {
                try cipher.open(changed, nonce: nonce, authenticating: [1, 2])
            }
            #expect(throws: AESGCM.Failure.refused) {
                try cipher.open(Array(sealed.prefix(index)), nonce: nonce, authenticating: [1, 2])
            }
        }
        for data in [[], [1], [2, 1], [1, 2, 0]] as [[UInt8]] {
            #expect(throws: AESGCM.Failure.refused) {
                try cipher.open(sealed, nonce: nonce, authenticating: data)
            }
        }
        let otherNonce = [UInt8](repeating: 2, count: 12)
        #expect(throws: AESGCM.Failure.refused) {
            try cipher.open(sealed, nonce: otherNonce, authenticating: [1, 2])
        }
        let other = try #require(AESGCM(key: [UInt8](repeating: 8, count: 32)))
        #expect(throws: AESGCM.Failure.refused) {
            try other.open(sealed, nonce: nonce, authenticating: [1, 2])
        }
    }

    @Test("a key has 16 or 32 bytes", arguments: [0, 15, 17, 24, 31, 33])
    func keys(count: Int) {
        #expect(AESGCM(key: [UInt8](repeating: 0, count: count)) == nil)
    }
}
