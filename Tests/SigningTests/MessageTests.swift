import Testing

@testable import Signing

/// The bytes of base64 with `-` and `_`, and without padding.
private func bytes(_ text: String) throws -> [UInt8] {
    let letters = text.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 }
    return try #require(
        Base64.decode(String(letters) + String(repeating: "=", count: (4 - text.count % 4) % 4))
    )
}

@Suite("Encrypted bodies")
struct EncryptedContentTests {
    private let secret = [UInt8](repeating: 7, count: 32)

    @Test(
        "are what RFC 8188 has as examples",
        arguments: [
            (
                "yqdlZ-tYemfogSmv7Ws5PQ", "", 4_096,
                "I1BsxtFttlv3u_Oo94xnmwAAEAAA-NAVub2qFgBEuQKRapoZu-IxkIva3MEB1PD-ly8Thjg"
            ),
            (
                "BO3ZVPxUlnLORbVGMpbT1Q", "a1", 25,
                "uNCkWiNYzKTnBN9ji3-qWAAAABkCYTHOG8chz_gnvgOqdGYovxyjuqRyJFjEDyoF1Fvkj6hQPdPHI51OEUKEpgz3SsLWIqS_uA"
            ),
        ]
    )
    func examples(key: String, name: String, recordSize: Int, sealed: String) throws {
        let (key, sealed) = (try bytes(key), try bytes(sealed))
        #expect(
            String(decoding: try EncryptedContent.open(sealed, secret: key), as: UTF8.self)
                == "I am the walrus"
        )
        // The second one has a byte of padding, which is not added here.
        guard name.isEmpty else { return }
        let own = try EncryptedContent.seal(
            Array("I am the walrus".utf8),
            secret: key,
            name: name,
            recordSize: recordSize,
            salt: Array(sealed.prefix(16))
        )
        #expect(own == sealed)
    }

    @Test("are opened again, of any length", arguments: [0, 1, 82, 83, 84, 166, 167, 1_000])
    func thereAndBack(count: Int) throws {
        let plain = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        let sealed = try EncryptedContent.seal(plain, secret: secret, name: "pgs_abcdef", recordSize: 100)
        #expect(try EncryptedContent.open(sealed, secret: secret) == plain)
        #expect(
            sealed != (try EncryptedContent.seal(plain, secret: secret, name: "pgs_abcdef", recordSize: 100))
        )
    }

    @Test("are refused when they were cut anywhere, above all between two records")
    func cut() throws {
        let sealed = try EncryptedContent.seal(
            [UInt8](repeating: 0, count: 250),
            secret: secret,
            recordSize: 100
        )
        for count in 0..<sealed.count {
            #expect(throws: EncryptedContent.Failure.refused) {
                try EncryptedContent.open(Array(sealed.prefix(count)), secret: secret)
            }
        }
    }

    @Test("are refused when any byte was changed, records swapped or added, or the secret is another")
    func changed() throws {
        let sealed = try EncryptedContent.seal([UInt8](1...250), secret: secret, recordSize: 100)
        // The name of the secret, which is empty here, is not covered.
        for place in 0..<sealed.count {
            var other = sealed
            other[place] ^= 0x10
            #expect(throws: EncryptedContent.Failure.refused) {
                try EncryptedContent.open(other, secret: secret)
            }
        }
        let (head, records) = (sealed.prefix(21), sealed.dropFirst(21))
        let swapped = head + records.dropFirst(100).prefix(100) + records.prefix(100) + records.dropFirst(200)
        let doubled = sealed + records.dropFirst(200)
        for other in [Array(swapped), Array(doubled)] {
            #expect(throws: EncryptedContent.Failure.refused) {
                try EncryptedContent.open(other, secret: secret)
            }
        }
        #expect(throws: EncryptedContent.Failure.refused) {
            try EncryptedContent.open(sealed, secret: [UInt8](repeating: 8, count: 32))
        }
    }
}

@Suite("Secrets of messages")
struct MessageSecretTests {
    private let secret = MessageSecret(token: "pgs_one")

    @Test("are kept without the token, and differ with it")
    func kept() {
        #expect(MessageSecret(secret.bytes) == secret)
        #expect(MessageSecret([1, 2, 3]) == nil)
        #expect(MessageSecret(token: "pgs_two") != secret)
    }

    @Test("make ids that fit one method, path, query, form of the answer and key alone")
    func ids() {
        let target = "/api/sync/download?limit=1"
        let request = MessageSecret.Request("GET", target, wantsSealed: true)
        let id = secret.id(of: request)
        #expect(secret.fits(id, request))
        let others: [MessageSecret.Request] = [
            .init("GET", "/api/sync/download?limit=2", wantsSealed: true),
            .init("POST", target, wantsSealed: true), .init("GET", target, wantsSealed: false),
            .init("GET", target, wantsSealed: true, key: "another"),
        ]
        for other in others { #expect(!secret.fits(id, other)) }
        #expect(!MessageSecret(token: "pgs_two").fits(id, request))
        #expect(id != secret.id(of: request))
        for other in ["", "msg__", id + "_", "msg" + id, id.uppercased(), "msg_\(id)"] {
            #expect(!secret.fits(other, request), "\(other)")
        }
    }

    @Test("sign what is sent, and nothing else")
    func signatures() throws {
        let body = Array("{\"records\":[]}".utf8)
        func isValid(_ shown: String, _ id: String, _ time: Int64, _ body: [UInt8], _ key: WebhookSecret)
            -> Bool
        {
            WebhookSignature.isValid(shown, id: id, secondsSince1970: time, body: body, secret: key)
        }
        let key = secret.ofRequests
        let headers = WebhookSignature.headers(id: "msg_1", secondsSince1970: 5, body: body, secrets: [key])
        let shown = try #require(headers.last?.value)
        #expect(isValid(shown, "msg_1", 5, body, key))
        #expect(isValid("v1,old v2,\(shown) \(shown)", "msg_1", 5, body, key))
        #expect(!isValid(shown, "msg_2", 5, body, key))
        #expect(!isValid(shown, "msg_1", 6, body, key))
        #expect(!isValid(shown, "msg_1", 5, body + [32], key))
        #expect(!isValid(shown, "msg_1", 5, body, secret.ofAnswers))
        #expect(!isValid("", "msg_1", 5, body, key))
        #expect(!isValid(shown.replacing("v1,", with: "v2,"), "msg_1", 5, body, key))
        // A dot would let two different messages have the same text to sign.
        let doubtful = WebhookSignature.headers(
            id: "msg_1",
            secondsSince1970: 5,
            body: Array("6.x".utf8),
            secrets: [key]
        )
        #expect(!isValid(try #require(doubtful.last?.value), "msg_1.5", 6, Array("x".utf8), key))
    }
}
